import { describe, expect, it } from "vitest";
import type { Input } from "./input.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";

const START = 1_000_000;
const settings = resolveSettings({ "presence.mode": "on", "presence.beatSeconds.idle": 10 }, []);
const fresh = createSession({ id: "s", channel: "web_widget" }, START);

function beat(page: string, seq: number): Input {
  return { type: "signal", signal: "beat", page, gen: 0, seq, visible: true, armed: false };
}

function after(session: Session, inputs: readonly Input[], now: number): Session {
  return inputs.reduce((each, input) => reduce(each, input, now, settings).session, session);
}

describe("a session with more pages than it keeps entries for", () => {
  const many = Array.from({ length: 40 }, (_, index) => `page_${index}`);

  it("keeps the user online as long as one page beats", () => {
    let session = after(
      fresh,
      many.map((page) => beat(page, 1)),
      START,
    );
    expect(session.pages.length).toBeLessThan(many.length);
    // All pages with an entry of their own leave; the others continue to beat.
    const leaves = many
      .slice(0, 32)
      .map((page): Input => ({ type: "leave", page, gen: 0, to: "gone" }));
    session = after(session, leaves, START + 1_000);
    for (let now = START + 10_000; now < START + 100_000; now += 10_000) {
      session = after(session, [beat("page_39", now)], now);
      expect(session.presence).toBe("online");
    }
    const gone = reduce(session, { type: "tick" }, START + 300_000, settings).session;
    expect(gone.presence).toBe("offline");
  });

  it("keeps only a bounded number of pages that have left", () => {
    let session = fresh;
    for (let index = 0; index < 200; index += 1) {
      const page = `visit_${index}`;
      session = after(session, [beat(page, 1), { type: "leave", page, gen: 0, to: "page" }], START);
    }
    expect(session.pages.length).toBeLessThanOrEqual(17);
  });
});
