import { describe, expect, it } from "vitest";
import type { Input } from "./input.ts";
import { aliasOf, isMerging } from "./merge.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session, stateOf } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { type Transition, visibleOf } from "./transition.ts";
import type { Trigger } from "./trigger.ts";

const START = 1_000_000;
const settings = resolveSettings({ "presence.mode": "on" }, []);
const response: Input = { type: "end_user_message", sentAt: null };
const open = signal("open", 1);

function signal(type: "open" | "beat", seq: number, page = "p", gen = 0): Input {
  return { type: "signal", signal: type, page, gen, seq, visible: true, armed: false };
}

/** A session with inputs at milliseconds from the start. */
function sessionWith(id: string, ...inputs: readonly (readonly [number, Input])[]): Session {
  return inputs.reduce(
    (session, [at, input]) => reduce(session, input, START + at, settings).session,
    createSession({ id, channel: "web_widget" }, START),
  );
}

/** Steps 1 to 3, the second `delayMs` after the first. */
function merge(old: Session, survivor: Session, at: number, delayMs = 0, by = settings) {
  const now = START + at + delayMs;
  const begun = reduce(old, { type: "merge_begun", into: survivor.id }, START + at, by);
  const taken = reduce(
    survivor,
    { type: "merge_taken", from: begun.session, shadow: null },
    now,
    by,
  );
  const ended = reduce(begun.session, { type: "merge_ended" }, now, by);
  return { begun, taken, ended };
}

describe("a session that goes on as another", () => {
  const waiting = sessionWith("old", [0, open], [0, response]);

  it("leaves the queue, and its timers stand still until the survivor has taken over", () => {
    const { begun } = merge(waiting, sessionWith("new"), 5_000);
    expect(visibleOf(begun.session, settings).queue).toBe("none");
    const later = reduce(begun.session, { type: "tick" }, START + 3_600_000, settings);
    expect(later.transitions).toEqual([]);
    expect(isMerging(later.session)).toBe(true);
    expect(later.deadlineAt).toBeGreaterThan(START + 3_600_000);
  });

  it("ends as an alias, by a last transition with the reason and cause `merged`", () => {
    const { ended } = merge(waiting, sessionWith("new"), 5_000);
    expect(aliasOf(ended.session)).toBe("new");
    expect(ended.deadlineAt).toBeNull();
    expect(ended.transitions).toEqual([
      expect.objectContaining({
        cause: "merged",
        to: { state: "ended", reason: "merged", presence: "online" },
      }),
    ]);
  });

  it.each<readonly [string, Input]>([
    ["a signal", signal("beat", 9)],
    ["a message", response],
    ["an assignment", { type: "assigned", agent: "ann" }],
    ["a further merge", { type: "merge_begun", into: "third" }],
  ])("takes nothing more: %s", (_, input) => {
    const { begun, ended } = merge(waiting, sessionWith("new"), 5_000);
    for (const { session } of [begun, ended]) {
      expect(reduce(session, input, START + 6_000, settings)).toMatchObject({
        session,
        transitions: [],
      });
    }
  });

  it("applies changed settings until it is an alias, so that its history has no gap", () => {
    const off = resolveSettings({ "presence.mode": "off" }, []);
    const change: Input = { type: "settings_changed", settings: off };
    const { begun, ended } = merge(waiting, sessionWith("new"), 5_000);
    expect(reduce(ended.session, change, START + 6_000, settings).transitions).toEqual([]);
    const changed = reduce(begun.session, change, START + 6_000, settings);
    const end = reduce(changed.session, { type: "merge_ended" }, START + 7_000, off);
    const [shown, last] = [...changed.transitions, ...end.transitions];
    expect(shown).toMatchObject({ cause: "settings_changed", to: { presence: "ignored" } });
    expect(last).toMatchObject({ cause: "merged", from: shown?.to });
    // Where the merge is cancelled instead, it goes on without the pages that are no longer read (rule 16).
    const cancelled = reduce(changed.session, { type: "merge_cancelled" }, START + 7_000, off);
    expect(cancelled.session.pages).toEqual([]);
  });

  it("runs no triggers", () => {
    const trigger: Trigger = {
      name: "tags whatever ends",
      enabled: true,
      all: [{ field: "session.state", op: "changed_to", value: "ended" }],
      any: [],
      actions: [{ type: "add_tags", value: ["ended"] }],
    };
    const { ended } = merge(
      waiting,
      sessionWith("new"),
      5_000,
      0,
      resolveSettings({ "presence.mode": "on" }, [trigger]),
    );
    expect(ended.session.ticket.tags).toEqual([]);
  });

  it("changes nothing by going on as itself", () => {
    const { session } = reduce(waiting, { type: "merge_begun", into: "old" }, START, settings);
    expect(session).toBe(waiting);
  });

  it("goes on by itself where the merge is cancelled, with its leases as long as they were", () => {
    const { begun } = merge(waiting, sessionWith("new"), 5_000);
    const at = START + 5_000 + 60_000;
    const { session } = reduce(begun.session, { type: "merge_cancelled" }, at, settings);
    expect(session.merge).toBeNull();
    expect(session.pages[0]?.leaseUntil).toBe((waiting.pages[0]?.leaseUntil ?? 0) + 60_000);
    expect(visibleOf(session, settings)).toMatchObject({ queue: "queued", presence: "online" });
    expect(session.queuedAt).toBe(waiting.queuedAt);
  });
});

describe("the survivor", () => {
  const waiting = sessionWith("old", [0, open], [1_000, response]);

  it("takes over pages, presence, engagement and the position in the queue", () => {
    const { taken } = merge(waiting, sessionWith("new"), 5_000);
    expect(visibleOf(taken.session, settings)).toEqual(visibleOf(waiting, settings));
    expect(taken.session).toMatchObject({
      pages: waiting.pages,
      queuedAt: waiting.queuedAt,
      baseAt: waiting.baseAt,
      lastResponseAt: waiting.lastResponseAt,
    });
    expect(taken.transitions).toEqual([expect.objectContaining({ cause: "merged" })]);
  });

  it("takes over once", () => {
    const { taken, begun } = merge(waiting, sessionWith("new"), 5_000);
    const repeated = reduce(
      taken.session,
      { type: "merge_taken", from: begun.session, shadow: null },
      START + 6_000,
      settings,
    );
    expect(repeated).toMatchObject({ session: taken.session, transitions: [] });
  });

  it("takes nothing over once it has ended", () => {
    const ended = sessionWith(
      "new",
      [0, response],
      [0, { type: "session_ended", reason: "ended_by_agent" }],
    );
    const { taken } = merge(waiting, ended, 5_000);
    const { mergesTaken, trace } = taken.session;
    expect(taken.session).toEqual({ ...ended, mergesTaken, trace });
  });

  it("grants the leases that stood still while the merge was interrupted", () => {
    const { taken } = merge(waiting, sessionWith("new"), 5_000, 3_600_000);
    expect(visibleOf(taken.session, settings).presence).toBe("online");
    expect(taken.session.pages[0]?.leaseUntil).toBe(
      (waiting.pages[0]?.leaseUntil ?? 0) + 3_600_000,
    );
  });

  it("keeps the earlier position in the queue, the later base and both sessions' pages", () => {
    const survivor = sessionWith("new", [3_000, signal("open", 1, "q")], [3_000, response]);
    const { taken } = merge(waiting, survivor, 5_000);
    expect(taken.session.queuedAt).toBe(START + 1_000);
    expect(taken.session.baseAt).toBe(START + 3_000);
    expect(taken.session.pages.map(({ id }) => id)).toEqual(["p", "q"]);
  });

  it("is online where the old session was, though it was offline itself", () => {
    const gone = sessionWith(
      "new",
      [0, signal("open", 1, "q")],
      [0, response],
      [1_000, { type: "leave", page: "q", gen: 0, to: "gone" }],
      [60_000, { type: "tick" }],
    );
    expect(visibleOf(gone, settings)).toMatchObject({ presence: "offline", state: "inactive" });
    const present = sessionWith("old", [60_000, open]);
    const { taken } = merge(present, gone, 61_000);
    expect(visibleOf(taken.session, settings)).toMatchObject({
      presence: "online",
      state: "active",
      queue: "queued",
    });
  });

  it("has its own ticket, user and assignee where it has them, else the old session's", () => {
    const old = sessionWith(
      "old",
      [0, { type: "described", user: "guest" }],
      [0, { type: "ticket_updated", ticket: { id: "41", status: "open", priority: "high" } }],
      [0, { type: "assigned", agent: "ann" }],
    );
    const own = sessionWith(
      "new",
      [0, { type: "described", user: "member" }],
      [0, { type: "ticket_updated", ticket: { id: "42", status: "open" } }],
      [0, { type: "assigned", agent: "bob" }],
    );
    const { session: kept } = merge(old, own, 1_000).taken;
    expect(kept).toMatchObject({ user: "member", assignee: "bob" });
    expect(kept.ticket).toMatchObject({ id: "42", priority: null });
    const { session: passed } = merge(old, sessionWith("new"), 1_000).taken;
    expect(passed).toMatchObject({ user: "guest", assignee: "ann" });
    expect(passed.ticket).toMatchObject({ id: "41", priority: "high" });
  });

  it("is masked by the ticket that passes over", () => {
    const old = sessionWith(
      "old",
      [0, response],
      [0, { type: "ticket_updated", ticket: { id: "41", status: "pending" } }],
    );
    const { session } = merge(old, sessionWith("new"), 1_000).taken;
    expect(visibleOf(session, settings)).toMatchObject({
      state: "inactive",
      reason: "ticket_status",
    });
  });

  it("keeps 32 living pages and one entry for all further ones", () => {
    const many = (id: string) =>
      sessionWith(
        id,
        ...Array.from({ length: 20 }, (_, index): readonly [number, Input] => [
          index,
          signal("open", 1, `${id}${index}`),
        ]),
      );
    const { session } = merge(many("old"), many("new"), 1_000).taken;
    expect(session.pages).toHaveLength(33);
    expect(stateOf(session)).toBe("none");
    expect(visibleOf(session, settings).presence).toBe("online");
  });

  it("reads no presence where its channel has no pages", () => {
    const social = createSession({ id: "new", channel: "whatsapp" }, START);
    const { session } = merge(waiting, social, 5_000).taken;
    expect(session.pages).toEqual([]);
    expect(visibleOf(session, settings).presence).toBe("unsupported");
  });
});

describe("of the survivor, a trigger's `changed` conditions compare with", () => {
  const abandoned: Trigger = {
    name: "tags the abandoned",
    enabled: true,
    all: [{ field: "session.reason", op: "changed_to", value: "user_offline" }],
    any: [],
    actions: [{ type: "add_tags", value: ["abandoned"] }],
  };
  const back: Trigger = {
    name: "greets who came back",
    enabled: true,
    all: [{ field: "session.presence", op: "changed_to", value: "online" }],
    any: [],
    actions: [{ type: "add_tags", value: ["back"] }],
  };
  const over: Trigger = {
    name: "tags what has ended",
    enabled: true,
    all: [{ field: "session.state", op: "changed_to", value: "ended" }],
    any: [],
    actions: [{ type: "add_tags", value: ["over"] }],
  };
  const by = resolveSettings({ "presence.mode": "on" }, [abandoned, back, over]);
  const absent = (id: string, ticket: string | null = null) =>
    sessionWith(
      id,
      ...(ticket === null
        ? []
        : ([[0, { type: "ticket_updated", ticket: { id: ticket } }]] as const)),
      [0, signal("open", 1, id)],
      [0, response],
      [1_000, { type: "leave", page: id, gen: 0, to: "gone" }],
      [60_000, { type: "tick" }],
    );
  const tagsOf = (old: Session, survivor: Session) =>
    merge(old, survivor, 61_000, 0, by).taken.session.ticket.tags;

  it("the old session where its ticket passes over: who had left has not left again", () => {
    expect(tagsOf(absent("old", "41"), sessionWith("new"))).toEqual([]);
  });

  it("the old session where its ticket passes over: who had left is back by the survivor's pages", () => {
    const online = sessionWith("new", [60_000, signal("open", 1, "q")]);
    expect(tagsOf(absent("old", "41"), online)).toEqual(["back"]);
  });

  it("the survivor where it keeps its ticket: its visitor is back by the old session's pages", () => {
    const online = sessionWith("old", [60_000, signal("open", 1, "q")], [60_000, response]);
    expect(tagsOf(online, absent("new", "42"))).toEqual(["back"]);
  });

  it("the survivor where it has ended: nothing has changed", () => {
    const end: Input = { type: "session_ended", reason: "ended_by_agent" };
    const ended = sessionWith("new", [0, response], [0, end]);
    expect(tagsOf(absent("old", "41"), ended)).toEqual([]);
  });
});

it("counts nobody twice in the queue or in capacity, at no step", () => {
  const old = sessionWith("old", [0, open], [0, response], [0, { type: "assigned", agent: "ann" }]);
  const survivor = sessionWith("new");
  const held = (...sessions: readonly Session[]) =>
    sessions.filter((session) => visibleOf(session, settings).capacityHeld).length;
  const { begun, taken, ended } = merge(old, survivor, 1_000);
  expect([
    held(old, survivor),
    held(begun.session, survivor),
    held(begun.session, taken.session),
    held(ended.session, taken.session),
  ]).toEqual([1, 0, 1, 1]);
  const transitions: readonly Transition[] = [...begun.transitions, ...ended.transitions];
  expect(transitions.every(({ capacityHeld }) => !capacityHeld)).toBe(true);
});
