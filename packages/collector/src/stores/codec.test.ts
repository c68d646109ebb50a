import fc from "fast-check";
import { describe, expect, it } from "vitest";
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

  it("refuses an unknown format", () => {
    expect(() => decodeSession("s", "[99]")).toThrow(/unknown format 99/);
  });
});
