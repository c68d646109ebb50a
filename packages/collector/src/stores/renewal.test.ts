import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Session } from "../core/session.ts";
import { createSession } from "../core/session.ts";
import { resolveSettings } from "../core/settings-resolve.ts";
import { history, run } from "../core/testing/histories.ts";
import { renew, renewalOf } from "./renewal.ts";

describe("a renewal", () => {
  it("says all that has changed, or there is none", () => {
    fc.assert(
      fc.property(history, (given) => {
        let before: Session | null = null;
        run(given, ({ session }) => {
          const renewal = before && renewalOf(before, session);
          if (before && renewal) expect(renew(before, renewal)).toEqual(session);
          before = session;
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it("is what a beat comes to; of several the last says it all", () => {
    const seen: Session[] = [];
    const beat = (seq: number) => ({
      afterMs: 9_000,
      input: {
        type: "signal",
        signal: "beat",
        page: "p",
        gen: 0,
        seq,
        visible: true,
        armed: true,
      } as const,
    });
    run(
      {
        session: createSession({ id: "s", channel: "web_widget" }, 1_000_000),
        settings: resolveSettings({ "presence.mode": "on" }, []),
        steps: [beat(1), beat(2), beat(3)],
      },
      ({ session }) => seen.push(session),
    );
    const [first, second, third] = seen.slice(-3) as [Session, Session, Session];
    const [one, two] = [renewalOf(first, second), renewalOf(second, third)];
    expect(one).toEqual({ seq: 2, leaseUntil: second.pages[0]?.leaseUntil });
    expect(two && renew(first, two)).toEqual(third);
  });
});
