/**
 * Merges (rule 26) through the API: the event `merged`, and all that an old id stands for afterwards.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TestApp } from "./testing/app.ts";

const ORIGIN = "https://shop.example";
/** Longer than a session token lives, its leeway included. */
const TOKEN_LIFE_MS = 700_000;

let harness: TestApp;
let seq = 0;

beforeEach(async () => {
  harness = await TestApp.create();
  await change({ presence: { mode: "on" }, origins: [ORIGIN], binding: "open" });
});
afterEach(() => {
  expect(harness.errors).toEqual([]);
});

interface View {
  readonly id: string;
  readonly presence: string;
  readonly queue: string;
  readonly queuedAt: string | null;
  readonly assignee: string | null;
  readonly user: string | null;
  readonly pages: readonly object[];
}

const change = async (settings: object) =>
  expect(
    (await harness.request("PATCH", "/v1/settings", { termsAccepted: true, ...settings })).status,
  ).toBe(200);
const report = (id: string, event: object) =>
  harness.json<{ duplicate: boolean; session: View }>("POST", `/v1/sessions/${id}/events`, event);
const merge = (id: string, into: unknown, eventId?: string) =>
  harness.request("POST", `/v1/sessions/${id}/events`, {
    type: "merged",
    into,
    ...(eventId !== undefined && { id: eventId }),
  });
const read = (id: string) => harness.json<View>("GET", `/v1/sessions/${id}`);
const statusOf = async (id: string) => (await harness.request("GET", `/v1/sessions/${id}`)).status;
const ids = async (query: string) => {
  const { sessions } = await harness.json<{ sessions: View[] }>("GET", `/v1/sessions${query}`);
  return sessions.map(({ id }) => id);
};

function signal(session: string, type: string, rest: object = {}): Promise<Response> {
  seq += 1;
  const page = { page: "p", gen: 0, seq, type, visible: true };
  const body = { v: 1, key: harness.keys.publishableKey, session, ...page, ...rest };
  return harness.request("POST", "/v1/signals", JSON.stringify(body), { Origin: ORIGIN });
}

/** A visitor who waits in the queue as a guest. */
async function waitAs(id: string): Promise<void> {
  expect((await signal(id, "open")).status).toBe(200);
  await report(id, { type: "end_user_message" });
}

describe("the event `merged`", () => {
  it("is refused for a session that does not exist, and creates neither", async () => {
    const response = await merge("guest", "member");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "not_found" });
    expect(await ids("")).toEqual([]);
  });

  it.each([undefined, null, "", 1, ".", "..", "\ud800", ["member"]])(
    "is refused with `into` %j, and changes nothing",
    async (into) => {
      await waitAs("guest");
      const before = await read("guest");
      const response = await merge("guest", into);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ field: "into" }] });
      expect(await read("guest")).toEqual(before);
      expect(await ids("")).toEqual(["guest"]);
    },
  );

  it("changes nothing with the session's own id as `into`", async () => {
    await waitAs("guest");
    const before = await read("guest");
    const response = await merge("guest", "guest");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ duplicate: false, session: before });
    expect(await read("guest")).toEqual(before);
  });

  it("creates the survivor where it does not exist, and returns it", async () => {
    await harness.json("PUT", "/v1/sessions/guest", { channel: "ios", user: "u_1" });
    await report("guest", { type: "end_user_message" });
    const { queuedAt } = await read("guest");
    const response = await merge("guest", "member");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ duplicate: false, session: await read("member") });
    expect(await read("member")).toMatchObject({ channel: "ios", user: "u_1", queuedAt });
  });

  it("ends the old session, and nothing passes over, where the survivor has ended", async () => {
    await waitAs("guest");
    await report("member", { type: "end_user_message" });
    await report("member", { type: "session_ended", by: "agent" });
    const ended = await read("member");
    expect((await merge("guest", "member")).status).toBe(200);
    expect(await read("member")).toEqual(ended);
    expect(await read("guest")).toEqual(ended);
    expect(await harness.json("GET", "/v1/queue")).toMatchObject({ total: 0 });
  });

  it("is counted once if it is repeated", async () => {
    await waitAs("guest");
    const first = await (await merge("guest", "member", "m_1")).json();
    expect(first).toMatchObject({ duplicate: false, session: { id: "member" } });
    const { seq } = await harness.json("GET", "/v1/sessions/member");
    for (const into of ["member", "another"]) {
      expect(await (await merge("guest", into, "m_1")).json()).toMatchObject({
        duplicate: true,
        session: { id: "member", seq },
      });
    }
    expect(await ids("")).toEqual(["member"]);
  });
});

describe("an old id stands for the survivor", () => {
  beforeEach(async () => {
    await waitAs("guest");
    await harness.json("PUT", "/v1/sessions/member", { user: "u_1" });
    await merge("guest", "member");
  });

  it("in GET, and in PUT", async () => {
    expect(await read("guest")).toEqual(await read("member"));
    const put = await harness.json("PUT", "/v1/sessions/guest", {
      ticket: { id: "7", status: "open" },
    });
    expect(put).toMatchObject({ id: "member", user: "u_1", ticket: { id: "7" } });
    expect(await read("member")).toMatchObject({ ticket: { id: "7", status: "open" } });
  });

  it.each([
    [{ type: "end_user_message" }, {}],
    [{ type: "agent_message" }, {}],
    [{ type: "activity" }, {}],
    [{ type: "ticket_updated", priority: "high" }, { ticket: { priority: "high" } }],
    [
      { type: "assigned", agent: "ann" },
      { assignee: "ann", capacityHeld: true },
    ],
    [{ type: "unassigned" }, { assignee: null }],
    [
      { type: "session_ended", by: "agent" },
      { state: "ended", reason: "ended_by_agent" },
    ],
  ])("in the event %j", async (event, changed) => {
    const { session, duplicate } = await report("guest", event);
    expect(duplicate).toBe(false);
    expect(session).toMatchObject({ id: "member", ...changed });
    expect(await read("member")).toEqual(session);
  });

  it("in signals: a page that goes on under it keeps the visitor online", async () => {
    expect((await signal("guest", "beat")).status).toBe(200);
    expect((await signal("guest", "open", { page: "q" })).status).toBe(200);
    expect(await read("member")).toMatchObject({
      presence: "online",
      pages: [{ page: "p" }, { page: "q" }],
    });
  });

  it("in a leave: the survivor's buffer starts", async () => {
    await signal("guest", "leave", { to: "gone" });
    expect(await read("member")).toMatchObject({ presence: "online", pages: [] });
  });

  it("but not in the history: each id has its own, and the old one ends with `mergedInto`", async () => {
    const history = async (id: string) => {
      const path = `/v1/sessions/${id}/transitions`;
      return (await harness.json<{ transitions: object[] }>("GET", path)).transitions;
    };
    const old = await history("guest");
    expect(old.at(-1)).toMatchObject({
      session: "guest",
      cause: "merged",
      to: { state: "ended", reason: "merged" },
      queue: "none",
      mergedInto: "member",
    });
    expect(old.slice(0, -1).every((each) => !("mergedInto" in each))).toBe(true);
    expect(await history("member")).toMatchObject([{ session: "member", cause: "merged" }]);
  });

  it.each(["", "?sort=changed", "?sort=waiting", "?user=u_1", "?state=active", "?q=e"])(
    "so lists leave it out: %j",
    async (query) => {
      expect(await ids(query)).toEqual(["member"]);
    },
  );

  it("so lists of what has ended, or of its reason, do not have it", async () => {
    expect(await ids("?state=ended")).toEqual([]);
    expect(await ids("?reason=merged")).toEqual([]);
    expect(await ids("?q=guest")).toEqual([]);
  });

  it("so queue and agents count the visitor once", async () => {
    expect(await harness.json("GET", "/v1/queue")).toMatchObject({
      total: 1,
      queued: [{ session: "member", position: 1 }],
    });
    await report("guest", { type: "assigned", agent: "ann" });
    expect(await harness.json("GET", "/v1/agents/ann")).toMatchObject({
      held: 1,
      sessions: ["member"],
    });
  });

  it("so erasing it erases both, history included, and signals bring neither back", async () => {
    expect(await harness.json("DELETE", "/v1/sessions/guest")).toEqual({ erased: true });
    for (const id of ["guest", "member"]) {
      expect(await statusOf(id)).toBe(404);
      expect((await harness.request("GET", `/v1/sessions/${id}/transitions`)).status).toBe(404);
      expect(await (await signal(id, "beat")).json()).toEqual({ nextMs: 0 });
      expect(await statusOf(id)).toBe(404);
    }
    const { transitions } = await harness.json("GET", "/v1/transitions");
    expect(transitions).toEqual([]);
  });
});

it("an agent whose session goes on as another has it once, and holds capacity once", async () => {
  await waitAs("guest");
  await report("guest", { type: "assigned", agent: "ann" });
  await merge("guest", "member");
  expect(await harness.json("GET", "/v1/agents/ann")).toMatchObject({
    held: 1,
    sessions: ["member"],
  });
});

it("erasing a survivor erases all of the many sessions that went on as it, history included", async () => {
  const olds = Array.from({ length: 100 }, (_, index) => `old_${index}`);
  for (const id of olds) {
    await report(id, { type: "end_user_message" });
    expect((await merge(id, "survivor")).status).toBe(200);
  }
  expect(await harness.json("DELETE", "/v1/sessions/survivor")).toEqual({ erased: true });
  for (const id of [...olds, "survivor"]) {
    const history = await harness.request("GET", `/v1/sessions/${id}/transitions`);
    expect([id, history.status]).toEqual([id, 404]);
  }
});

it("erasing a user erases also what goes on as that user's session", async () => {
  await harness.json("PUT", "/v1/sessions/guest", { user: "guest_1" });
  await harness.json("PUT", "/v1/sessions/member", { user: "u_1" });
  await merge("guest", "member");
  for (const [user, erased] of [
    ["u_1", 1],
    ["guest_1", 0],
  ]) {
    expect(await harness.json("DELETE", `/v1/users/${user}`)).toEqual({ erased });
  }
  for (const id of ["guest", "member"]) expect(await statusOf(id)).toBe(404);
});

it("erasing the user of an old session alone erases the survivor too", async () => {
  await harness.json("PUT", "/v1/sessions/guest", { user: "guest_1" });
  await harness.json("PUT", "/v1/sessions/member", { user: "u_1" });
  await merge("guest", "member");
  expect(await harness.json("DELETE", "/v1/users/guest_1")).toEqual({ erased: 1 });
  for (const id of ["guest", "member"]) expect(await statusOf(id)).toBe(404);
});

describe("a page under an old id is let in by what it proved there", () => {
  it("its session token, also once that has expired, where it had opened the page", async () => {
    await change({ binding: "token" });
    const { token } = await harness.json<{ token: string }>("POST", "/v1/tokens", {
      session: "guest",
      ttlSeconds: 600,
    });
    expect((await signal("guest", "open", { token })).status).toBe(200);
    await merge("guest", "member");
    expect((await signal("guest", "beat", { token })).status).toBe(200);
    // A token is for one id: the survivor's needs its own.
    expect((await signal("member", "beat", { token })).status).toBe(403);

    vi.setSystemTime(Date.now() + TOKEN_LIFE_MS);
    expect((await signal("guest", "beat", { token })).status).toBe(200);
    expect(await read("member")).toMatchObject({ presence: "online", pages: [{ page: "p" }] });
    const unknown = await signal("guest", "beat", { token, page: "q" });
    expect(unknown.status).toBe(401);
    expect(await unknown.json()).toMatchObject({ code: "token_expired" });
  });

  it("the secret that was bound there, and the one that is bound to the survivor", async () => {
    await change({ binding: "capability" });
    const [old, own, other] = ["o", "s", "x"].map((letter) => letter.repeat(22));
    await report("guest", { type: "end_user_message", binding: old });
    await report("member", { type: "end_user_message", binding: own });
    expect((await signal("guest", "open", { token: old })).status).toBe(200);
    expect((await signal("guest", "open", { token: own })).status).not.toBe(200);
    await merge("guest", "member");
    for (const id of ["guest", "member"]) {
      expect((await signal(id, "beat", { token: old })).status).toBe(200);
      expect((await signal(id, "beat", { token: own })).status).toBe(200);
      const refused = await signal(id, "beat", { token: other });
      expect(await refused.json()).toMatchObject({ code: "binding_unknown" });
    }
    expect(await read("member")).toMatchObject({ presence: "online" });
  });
});

describe("capacity `requeue`", () => {
  const seatOf = async (agent: string) => {
    const { held } = await harness.json<{ held: number }>("GET", `/v1/agents/${agent}`);
    return held;
  };

  it("is not provoked by a merge, though the agent is full", async () => {
    await change({ capacity: { onReturn: "requeue" } });
    await waitAs("guest");
    await report("guest", { type: "assigned", agent: "ann" });
    await harness.json("PUT", "/v1/agents/ann", { capacity: 0 });
    await merge("guest", "member");
    expect(await read("member")).toMatchObject({ assignee: "ann", capacityHeld: true });
    await signal("guest", "beat");
    await report("guest", { type: "end_user_message" });
    expect(await read("member")).toMatchObject({ assignee: "ann", capacityHeld: true });
    expect(await seatOf("ann")).toBe(1);
  });

  it("is not provoked by a merge that brings the visitor back to the agent's session", async () => {
    await change({ capacity: { onReturn: "requeue" } });
    await waitAs("member");
    await report("member", { type: "assigned", agent: "ann" });
    await signal("member", "leave", { to: "gone" });
    vi.setSystemTime(Date.now() + 4_000);
    await harness.engine.heartbeat();
    vi.setSystemTime(Date.now() + 4_000);
    await report("member", { type: "activity" });
    expect(await read("member")).toMatchObject({ presence: "offline", capacityHeld: false });
    await harness.json("PUT", "/v1/agents/ann", { capacity: 0 });
    await waitAs("guest");
    await merge("guest", "member");
    expect(await read("member")).toMatchObject({
      presence: "online",
      assignee: "ann",
      capacityHeld: true,
    });
  });
});
