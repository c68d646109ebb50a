import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduce } from "../core/reduce.ts";
import { createSession, type Session } from "../core/session.ts";
import { resolveSettings } from "../core/settings-resolve.ts";
import { history, run } from "../core/testing/histories.ts";
import { decodeSession, encodeSession } from "./codec.ts";

describe("the session codec", () => {
  it("round-trips the session after every step of any history", () => {
    fc.assert(
      fc.property(history, (given) => {
        run(given, ({ session }) => {
          expect(decodeSession(session.id, encodeSession(session))).toEqual(session);
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it("round-trips names, tags and secrets unchanged", () => {
    const ticket = {
      id: '"4711"',
      priority: "urgent",
      group: "größer",
      tags: ["a", "b,c"],
    } as const;
    const fresh = createSession({ id: "s", channel: "web_widget", user: "ü\n", ticket }, 5);
    const session = { ...fresh, bindings: ["h1", "h2"], agentRepliesAt: [7, 9] };
    expect(decodeSession("s", encodeSession(session))).toEqual(session);
  });

  it("encodes a waiting visitor with a ticket and a page in less than 300 characters", () => {
    const small = run({
      session: createSession({ id: "s", channel: "web_widget", user: "user_123456" }, 1_000_000),
      settings: resolveSettings({ "presence.mode": "on" }, []),
      steps: [
        { afterMs: 0, input: { type: "ticket_updated", ticket: { id: "471100" } } },
        {
          afterMs: 9_000,
          input: {
            type: "signal",
            signal: "beat",
            page: "k3JZ9w2LmQ",
            gen: 0,
            seq: 12,
            visible: true,
            armed: true,
          },
        },
      ],
    }).session;
    expect(encodeSession(small).length).toBeLessThan(300);
  });

  it("encodes what admitted a page in at most 35 characters, also after a day", () => {
    const page = { id: "p", gen: 0, seq: 9, visibility: "visible", leaseMs: 15_000 } as const;
    const plain = { ...page, leaseUntil: 1_000, left: false };
    const admission = { by: "h".repeat(22), since: 1_000_000 + 86_400_000 };
    const lengthWith = (pages: Session["pages"]) =>
      encodeSession({ ...createSession({ id: "s", channel: "web_widget" }, 1_000_000), pages })
        .length;
    expect(lengthWith([{ ...plain, admission }]) - lengthWith([plain])).toBeLessThanOrEqual(35);
  });

  it("encodes when fields were set in 3 characters, and 12 more for a later assignment", () => {
    const settings = resolveSettings({ "presence.mode": "on" }, []);
    const at = 1_700_000_000_000;
    const ticket = { id: "4711", status: "open", group: "support" } as const;
    const fresh = createSession({ id: "s", channel: "web_widget" }, at);
    const reported = reduce(fresh, { type: "ticket_updated", ticket }, at, settings).session;
    const assign = { type: "assigned", agent: "ann", happenedAt: at + 58_500 } as const;
    const assigned = reduce(reported, assign, at + 60_000, settings).session;
    const lengthFor = (session: Session) =>
      encodeSession(session).length - encodeSession({ ...session, fieldsSetAt: {} }).length;
    expect(lengthFor(reported)).toBeLessThanOrEqual(3);
    expect(lengthFor(assigned)).toBeLessThanOrEqual(3 + 12);
  });

  it("round-trips when fields were set, also before the session was created and after its last change", () => {
    const fresh = createSession({ id: "s", channel: "web_widget" }, 1_700_000_000_000);
    const [first, last] = [0, 1_700_000_000_001];
    const fieldsSetAt = { id: first, status: last, tags: first, assignee: 1_600_000_000_000 };
    for (const historyAt of [fresh.historyAt, last]) {
      const session = { ...fresh, fieldsSetAt, historyAt };
      expect(decodeSession("s", encodeSession(session))).toEqual(session);
    }
  });

  it("reads a row from before fields had times: any event may set them", () => {
    const session = createSession({ id: "s", channel: "web_widget" }, 5);
    const row = JSON.parse(encodeSession(session)) as unknown[];
    expect(row[28]).toBe(0);
    const moved = [...row.slice(0, 28), 7];
    expect(decodeSession("s", JSON.stringify(moved))).toEqual({
      ...session,
      historyAt: 12,
      changedAt: 12,
    });
    expect(decodeSession("s", JSON.stringify(row.slice(0, 28)))).toEqual(session);
  });

  it("reads a row of format 1, which spells its channels out", () => {
    const ticket = { id: "4711", routingChannel: "email" };
    for (const given of [{}, { ticket }]) {
      const session = createSession({ id: "s", channel: "web_widget", ...given }, 5);
      const row = JSON.parse(encodeSession(session)) as unknown[];
      const old = row.with(0, 1).with(2, "web_widget");
      old[5] = (row[5] as unknown[]).with(5, session.ticket.routingChannel);
      expect(decodeSession("s", JSON.stringify(old))).toEqual(session);
    }
  });

  it("refuses an unknown format", () => {
    expect(() => decodeSession("s", "[99]")).toThrow(/unknown format 99/);
  });

  it("refuses whatever is damaged, or gives a session that every input applies to", () => {
    const settings = resolveSettings({ "presence.mode": "on" }, []);
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -1, 1e9, "", [], {}, [[null]]));
    const damage = fc.record({ path: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }), value });
    fc.assert(
      fc.property(history, damage, (given, { path, value }) => {
        const { session } = run(given);
        const row = JSON.parse(encodeSession(session)) as unknown[];
        put(row, path, value);
        let decoded: Session;
        try {
          decoded = decodeSession(session.id, JSON.stringify(row));
        } catch {
          return;
        }
        const at = session.createdAt + 3_600_000;
        const { session: next } = reduce(decoded, { type: "tick" }, at, settings);
        expect(() => decodeSession(next.id, encodeSession(next))).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Puts a value into nested lists, as deep as the path and the lists go. */
function put(row: unknown[], [first = 0, ...rest]: readonly number[], value: unknown): void {
  const index = first % Math.max(1, row.length);
  const inner = row[index];
  if (rest.length > 0 && Array.isArray(inner) && inner.length > 0) put(inner, rest, value);
  else row[index] = value;
}
