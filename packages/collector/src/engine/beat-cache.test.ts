import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lease } from "../core/lease.ts";
import { AccountSignals } from "./account-signals.ts";
import { BeatCache, type BeatKey, type CheckedBeat, type LeaseHolder } from "./beat-cache.ts";

const NOW = 1_000;
const LEASE: Lease = { seq: 3, leaseUntil: 5_000, leaseMs: 4_000, othersAt: 9_000, nextMs: 2_000 };
const HOLDER: LeaseHolder = { session: 7, version: 2, lease: LEASE };

function checkedOf(key: BeatKey, cache: BeatCache, change: Partial<CheckedBeat> = {}): CheckedBeat {
  const { configVersion } = cache;
  return { key, account: "shop", rateSlot: 99, validUntil: 60_000, configVersion, ...change };
}

describe("the beat cache", () => {
  const A: BeatKey = [1, 2, 3, 4];

  function withEntry(change: Partial<CheckedBeat> = {}, holder = HOLDER): BeatCache {
    const cache = new BeatCache();
    cache.put(checkedOf(A, cache, change), holder);
    return cache;
  }

  it("returns what was checked of a beat, and the write that the next one comes to", () => {
    const cache = withEntry({}, { ...HOLDER, lease: { ...LEASE, othersAt: Infinity } });
    expect(cache.get(A, NOW)).toEqual({ account: "shop", rateSlot: 99 });
    expect(cache.renew(A, 4, NOW)).toEqual({
      write: { number: 7, expectedVersion: 2, seq: 4, leaseUntil: 5_000, deadlineAt: 5_000 },
      account: 0,
      nextMs: 2_000,
    });
  });

  it("changes an entry only once its write is committed", () => {
    const cache = withEntry();
    const first = cache.renew(A, 4, NOW + 500);
    expect(cache.renew(A, 4, NOW + 500)).toEqual(first);
    if (first) cache.committed(first, 0);
    expect(cache.renew(A, 4, NOW + 500)).toBeNull();
    expect(cache.renew(A, 5, NOW + 600)?.write).toMatchObject({ expectedVersion: 3, seq: 5 });
  });

  it("ignores a committed write of a version that its entry has not", () => {
    const cache = withEntry();
    const late = cache.renew(A, 4, NOW);
    if (!late) throw new Error("There is an entry.");
    cache.put(checkedOf(A, cache), { ...HOLDER, version: 5 });
    cache.committed(late, 0);
    expect(cache.renew(A, 4, NOW)?.write.expectedVersion).toBe(5);
    cache.invalidate(HOLDER.session);
    cache.committed(late, 0);
    expect(cache.size).toBe(0);
  });

  it("counts a committed beat as its account's signal, also where its entry is gone", () => {
    const signals = new AccountSignals();
    const cache = new BeatCache(undefined, signals);
    cache.put(checkedOf(A, cache), HOLDER);
    const renewal = cache.renew(A, 4, NOW);
    if (!renewal) throw new Error("There is an entry.");
    cache.invalidate(HOLDER.session);
    cache.committed(renewal, 70_000);
    expect(signals.lastAt("shop")).toBe(70_000);
  });

  it("leaves to the rules what renewLease leaves to them", () => {
    const cache = withEntry();
    expect(cache.renew(A, 3, NOW)).toBeNull();
    expect(cache.renew(A, 4, LEASE.leaseUntil)).toBeNull();
    expect(cache.get(A, LEASE.leaseUntil)).not.toBeNull();
  });

  it("misses unless all of the key is the same", () => {
    const cache = withEntry();
    for (const [index, value] of A.entries()) {
      const other = A.with(index, value + 1) as unknown as BeatKey;
      expect(cache.get(other, NOW)).toBeNull();
      expect(cache.renew(other, 4, NOW)).toBeNull();
    }
  });

  it("misses from the instant at which a token or key expires", () => {
    const cache = withEntry({ validUntil: 3_000 });
    expect(cache.get(A, 2_999)).not.toBeNull();
    expect(cache.get(A, 3_000)).toBeNull();
    expect(cache.renew(A, 4, 3_000)).toBeNull();
  });

  it("misses after the configuration changed, and keeps nothing that was checked before", () => {
    const cache = withEntry();
    const before = checkedOf(A, cache);
    cache.configChanged();
    expect(cache.get(A, NOW)).toBeNull();
    expect(cache.renew(A, 4, NOW)).toBeNull();
    cache.put(before, HOLDER);
    expect(cache.get(A, NOW)).toBeNull();
    cache.put(checkedOf(A, cache), HOLDER);
    expect(cache.get(A, NOW)).not.toBeNull();
  });

  it("has one entry for a session, and one for a key", () => {
    const cache = withEntry();
    const B: BeatKey = [1, 9, 9, 9];
    cache.put(checkedOf(B, cache), HOLDER);
    expect([cache.get(A, NOW), cache.get(B, NOW) !== null]).toEqual([null, true]);
    cache.put(checkedOf(B, cache), { ...HOLDER, session: 8 });
    expect(cache.renew(B, 4, NOW)?.write.number).toBe(8);
    expect(cache.size).toBe(1);
  });

  it("starts over when it is full", () => {
    const cache = new BeatCache(3);
    const sessions = [1, 2, 3, 4];
    for (const session of sessions) {
      cache.put(checkedOf([session, 0, 0, 0], cache), { ...HOLDER, session });
    }
    const hits = sessions.map((session) => cache.get([session, 0, 0, 0], NOW) !== null);
    expect(hits).toEqual([false, false, false, true]);
    expect(cache.size).toBe(1);
  });

  it("keeps nothing of numbers that its fields cannot hold", () => {
    const cache = withEntry({}, { ...HOLDER, session: 2 ** 32 });
    cache.put(checkedOf(A, cache), { ...HOLDER, lease: { ...LEASE, leaseMs: 0.5 } });
    expect(cache.get(A, NOW)).toBeNull();
    expect(cache.size).toBe(0);
  });

  it("holds what a Map holds, whatever is put, committed and invalidated", () => {
    // Keys that begin alike, and few of them, so that sessions contend for one.
    const key = fc.tuple(fc.constantFrom(0, 1), fc.nat({ max: 3 }));
    const step = fc.record({
      act: fc.constantFrom("put", "put", "commit", "invalidate"),
      session: fc.nat({ max: 5 }),
      key,
    });
    let [committed, compared] = [0, 0];
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 120 }), (steps) => {
        const cache = new BeatCache();
        const model = new Map<number, { key: string; version: number; seq: number }>();
        for (const { act, session, key: pair } of steps) {
          const [a, b] = pair;
          const name = `${a} ${b}`;
          const known = model.get(session);
          if (act === "put") {
            cache.put(checkedOf([a, b, 0, 0], cache), { ...HOLDER, session });
            for (const [other, { key }] of model) if (key === name) model.delete(other);
            model.set(session, { key: name, version: HOLDER.version, seq: LEASE.seq });
          } else if (act === "invalidate") {
            cache.invalidate(session);
            model.delete(session);
          } else if (known) {
            const [x = 0, y = 0] = known.key.split(" ").map(Number);
            const renewal = cache.renew([x, y, 0, 0], known.seq + 1, NOW);
            if (!renewal) throw new Error("There is an entry.");
            cache.committed(renewal, 0);
            committed += 1;
            model.set(session, { ...known, version: known.version + 1, seq: known.seq + 1 });
          }
          expect(cache.size).toBe(model.size);
        }
        const found = new Map<number, { key: string; version: number; seq: number }>();
        for (const a of [0, 1]) {
          for (const b of [0, 1, 2, 3]) {
            const { write } = cache.renew([a, b, 0, 0], 1_000, NOW) ?? {};
            if (!write) continue;
            const seq = model.get(write.number)?.seq ?? -1;
            found.set(write.number, { key: `${a} ${b}`, version: write.expectedVersion, seq });
            expect(cache.renew([a, b, 0, 0], seq, NOW)).toBeNull();
            expect(cache.renew([a, b, 0, 0], seq + 1, NOW)).not.toBeNull();
          }
        }
        expect(found).toEqual(model);
        compared += found.size;
      }),
      { numRuns: 500 },
    );
    expect(committed).toBeGreaterThan(500);
    expect(compared).toBeGreaterThan(500);
  });
});
