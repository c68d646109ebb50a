/**
 * How much one input can write through triggers.
 */
import { describe, expect, it } from "vitest";
import { reduce } from "./reduce.ts";
import { createSession, type Session, type TicketPatch } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { MAX_TAGS } from "./ticket.ts";
import { type Action, MAX_TRIGGERS, type Trigger } from "./trigger.ts";

const START = 1_700_000_000_000;

/** Triggers that each fire after the next one in the list has changed the ticket. */
function chain(actionsOf: (index: number) => readonly Action[], length = MAX_TRIGGERS): Trigger[] {
  return Array.from({ length }, (_, index) => ({
    name: `t${index}`,
    enabled: true,
    all: index === length - 1 ? [] : [tagged(index + 1)],
    any: [],
    actions: [{ type: "add_tags", value: [`t${index}`] }, ...actionsOf(index)],
  }));
}

const tagged = (index: number) =>
  ({ field: "ticket.tags", op: "includes", value: `t${index}` }) as const;

function report(triggers: readonly Trigger[], ticket: TicketPatch): ReturnType<typeof reduce> {
  const settings = resolveSettings({ "presence.mode": "on" }, triggers);
  const session: Session = createSession({ id: "s", channel: "web_widget" }, START);
  return reduce(session, { type: "ticket_updated", ticket }, START, settings);
}

const tagsOf = (length: number, count = MAX_TAGS - MAX_TRIGGERS) =>
  Array.from({ length: count }, (_, index) => `${index}`.padEnd(length, "x"));

describe("a run of triggers", () => {
  it("ends before it has written much more than 64 KiB of ticket changes", () => {
    const { transitions, session } = report(
      chain(() => []),
      { status: "open", tags: tagsOf(256) },
    );
    // Its first one alone is more: all tags, before and after.
    expect(transitions.map(({ cause }) => cause)).toEqual(["ticket_updated", "trigger"]);
    expect(JSON.stringify(transitions).length).toBeLessThan(250_000);
    expect(session.ticket.tags).toContain(`t${MAX_TRIGGERS - 1}`);
    expect(session.ticket.tags).not.toContain(`t${MAX_TRIGGERS - 2}`);
  });

  it("of the greatest length fires wholly on a ticket with usual tags", () => {
    const { transitions, session } = report(
      chain(() => []),
      { tags: tagsOf(16, 20) },
    );
    expect(transitions.filter(({ cause }) => cause === "trigger")).toHaveLength(MAX_TRIGGERS);
    expect(session.ticket.tags).toContain("t0");
    expect(JSON.stringify(transitions).length).toBeLessThan(100_000);
  });

  it("leaves a ticket with no more tags than it may have", () => {
    const more = tagsOf(4, 100);
    const triggers = chain(() => [{ type: "add_tags", value: more }], 2);
    const { session } = report(triggers, { tags: tagsOf(8, 200) });
    expect(session.ticket.tags).toHaveLength(MAX_TAGS);
    expect(session.ticket.tags.slice(0, 200)).toEqual(tagsOf(8, 200));
  });
});
