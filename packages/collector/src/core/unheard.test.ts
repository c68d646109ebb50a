import { describe, expect, it } from "vitest";
import type { Input, SignalInput } from "./input.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { missesAt } from "./unheard.ts";

const START = 1_000_000;
const LEASE_MS = 15_000;
const BUFFER_MS = 15_000;
const settings = resolveSettings({ "presence.mode": "on", "inactivity.seconds": 60 }, []);
const unheard: Input = { type: "unheard" };
const heard: Input = { type: "heard" };
const tick: Input = { type: "tick" };
const message: Input = { type: "end_user_message", sentAt: null };
const leave: Input = { type: "leave", page: "p", gen: 0, to: null };

function signal(change: Partial<SignalInput> = {}): SignalInput {
  const page = { page: "p", gen: 0, seq: 1, visible: true, armed: false };
  return { type: "signal", signal: "beat", ...page, ...change };
}

/** A session after inputs, each at a number of milliseconds from the start. */
function after(...steps: readonly (readonly [number, Input])[]): Session {
  return steps.reduce(
    (session, [atMs, input]) => reduce(session, input, START + atMs, settings).session,
    createSession({ id: "s", channel: "web_widget" }, START),
  );
}

const waiting = [
  [0, message],
  [0, signal()],
] as const;

describe("a session of an unheard account", () => {
  it("keeps its leases and buffers, also when the desk reports something", () => {
    const tag: Input = { type: "ticket_updated", ticket: { tags: ["a"] } };
    const inLease = after(...waiting, [13_000, unheard], [500_000, tag], [500_000, tick]);
    expect(inLease).toMatchObject({ presence: "online", buffer: null });
    expect(inLease.pages[0]?.leaseUntil).toBe(START + LEASE_MS);
    const inBuffer = after(...waiting, [1_000, leave], [2_000, unheard], [500_000, tag]);
    expect(inBuffer).toMatchObject({ presence: "online", buffer: { endsAt: START + 16_000 } });
  });

  it("falls silent by its messages, which come another way", () => {
    const assigned: Input = { type: "assigned", agent: "ann" };
    const session = after(...waiting, [0, assigned], [13_000, unheard], [60_000, tick]);
    expect(session.causes).toEqual([{ reason: "user_inactive", at: START + 60_000 }]);
    expect(session.presence).toBe("online");
  });

  it("keeps the verdict that was due by then", () => {
    const offlineMs = LEASE_MS + BUFFER_MS;
    const session = after(...waiting, [offlineMs, unheard], [50_000, heard]);
    expect(session).toMatchObject({ presence: "offline", offlineAt: START + offlineMs });
    expect(session.unheardSince).toBeNull();
  });

  it("is not excused a second time before it is heard, whether a lease or its buffer runs", () => {
    const again: Input = { type: "unheard", excusedBefore: START + 13_000 };
    const silence = [
      [13_000, unheard],
      [50_000, heard],
      [52_000, again],
      [90_000, tick],
    ] as const;
    const offlineAt = START + 50_000 + LEASE_MS + BUFFER_MS;
    expect(after(...waiting, ...silence)).toMatchObject({ presence: "offline", offlineAt });
    const inBuffer = after(...waiting, [1_000, leave], ...silence);
    expect(inBuffer.offlineAt).toBe(START + 50_000 + BUFFER_MS);
    const isHeard = [51_000, signal({ seq: 2 })] as const;
    const isExcused = after(...waiting, silence[0], silence[1], isHeard, silence[2], silence[3]);
    expect(isExcused).toMatchObject({ presence: "online", unheardSince: START + 52_000 });
  });

  it("has a whole lease and a whole buffer from the end on", () => {
    const inLease = after(...waiting, [13_000, unheard], [50_000, heard]);
    expect(inLease.pages[0]?.leaseUntil).toBe(START + 50_000 + LEASE_MS);
    const inBuffer = after(...waiting, [1_000, leave], [2_000, unheard], [50_000, heard]);
    expect(inBuffer.buffer?.endsAt).toBe(START + 50_000 + BUFFER_MS);
    const gone = after(...waiting, [13_000, unheard], [50_000, heard], [200_000, tick]);
    expect(gone.offlineAt).toBe(START + 50_000 + LEASE_MS + BUFFER_MS);
  });

  it("is excused for 10 minutes at most, however late that is noticed", () => {
    const flagged = reduce(after(...waiting), unheard, START + 13_000, settings);
    const held = { ...settings, inactivity: { ...settings.inactivity, periodMs: 9_000_000 } };
    expect(reduce(flagged.session, tick, START + 13_001, held).deadlineAt).toBe(START + 613_000);
    const late = reduce(flagged.session, tick, START + 5_000_000, held);
    expect(late.session.offlineAt).toBe(START + 613_000 + LEASE_MS + BUFFER_MS);
    expect(reduce(late.session, heard, START + 5_000_000, held).session).toBe(late.session);
  });

  it("is written only if a lease or a buffer runs", () => {
    const idle = after([0, message]);
    expect(reduce(idle, unheard, START + 1, settings).session).toBe(idle);
  });
});

describe("a session misses", () => {
  const missMs = (...steps: readonly (readonly [number, Input])[]) => {
    const at = missesAt(after(...steps), settings);
    return at === null ? null : at - START;
  };

  it("when 1.2 of the beat that its page was told have passed", () => {
    expect(missMs(...waiting)).toBe(12_000);
    // Not begun: a beat of 60 s.
    expect(missMs([0, signal()])).toBe(72_000);
    // Assigned since: its page knows that with its next beat.
    expect(missMs(...waiting, [1_000, { type: "assigned", agent: "ann" }])).toBe(12_000);
  });

  it("with a lease of its own, by the beat of its state", () => {
    const set = { "presence.mode": "on", "presence.leaseSeconds.visible": 100 };
    const session = after(...waiting, [0, { type: "assigned", agent: "ann" }]);
    expect(missesAt(session, resolveSettings(set, []))).toBe(START + 24_000);
  });

  it("also where the lease has run out, until it is heard", () => {
    expect(missMs(...waiting, [16_000, tick])).toBe(12_000);
    expect(missMs(...waiting, [16_000, tick], [20_000, signal({ seq: 2 })])).toBe(32_000);
  });

  it("once: neither an outage nor the end of a silence makes it miss again", () => {
    const outage: Input = { type: "outage", fromAt: START + 5_000 };
    expect(missMs(...waiting, [13_000, unheard], [50_000, heard])).toBe(12_000);
    expect(missMs(...waiting, [30_000, outage], [30_000, outage])).toBe(12_000);
    const passed = [50_000 + LEASE_MS, tick] as const;
    expect(missMs(...waiting, [13_000, unheard], [50_000, heard], passed)).toBe(12_000);
    const again = [51_000, signal({ seq: 2 })] as const;
    expect(missMs(...waiting, [13_000, unheard], [50_000, heard], again)).toBe(63_000);
  });

  it("by the first of its pages that is overdue since it was heard", () => {
    const other = [5_000, signal({ page: "q" })] as const;
    expect(missMs(...waiting, other)).toBe(12_000);
    expect(missMs(...waiting, other, [13_000, signal({ page: "q", seq: 2 })])).toBe(25_000);
  });

  it("never by a page that is hidden, frozen or has left", () => {
    expect(missMs([0, message], [0, signal({ visible: false })])).toBeNull();
    expect(missMs([0, message], [0, signal({ signal: "freeze" })])).toBeNull();
    expect(missMs(...waiting, [1_000, leave])).toBeNull();
  });

  it("never once it has ended, because its pages are told to stop", () => {
    const end: Input = { type: "session_ended", reason: "ended_by_agent" };
    expect(missMs(...waiting, [1_000, end])).toBeNull();
  });
});
