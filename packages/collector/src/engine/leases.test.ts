import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lease } from "../core/lease.ts";
import { type Claim, type Fingerprint, type Grant, type Holder, Leases } from "./leases.ts";

const LEASE: Lease = { seq: 3, leaseUntil: 5_000, leaseMs: 4_000, othersAt: 9_000, nextMs: 2_000 };
const HOLDER: Holder = { number: 7, version: 2 };
const NOW = { terms: 1, epoch: 4, now: 1_000 };

function grantOf(fingerprint: Fingerprint, change: Partial<Grant> = {}): Grant {
  const checked = { account: "shop", validUntil: 60_000, terms: 1, epoch: 4, place: 99 };
  return { fingerprint, ...checked, ...change };
}

describe("leases", () => {
  const A: Fingerprint = [1, 2, 3, 4];

  it("are read as they were granted, and as they were renewed since", () => {
    const leases = new Leases();
    leases.grant(grantOf(A), HOLDER, { ...LEASE, othersAt: Number.POSITIVE_INFINITY });
    const claim = leases.find(A, NOW) as Claim;
    const { fingerprint: _, ...checked } = grantOf(A);
    expect(claim).toMatchObject(checked);
    const lease = { ...LEASE, othersAt: Number.POSITIVE_INFINITY };
    expect(leases.read(claim)).toEqual({ ...HOLDER, lease });
    leases.renew(claim, { seq: 8, leaseUntil: 7_000 });
    const renewed = { ...lease, seq: 8, leaseUntil: 7_000 };
    expect(leases.read(claim)).toEqual({ ...HOLDER, version: 3, lease: renewed });
  });

  it("are found by all of a fingerprint, while they are valid and under the same terms", () => {
    const leases = new Leases();
    leases.grant(grantOf(A), HOLDER, LEASE);
    for (const [place, value] of A.entries()) {
      const other = A.with(place, value + 1) as unknown as Fingerprint;
      expect(leases.find(other, NOW)).toBeNull();
    }
    expect(leases.find(A, { ...NOW, terms: 2 })).toBeNull();
    expect(leases.find(A, { ...NOW, epoch: 5 })).toBeNull();
    expect(leases.find(A, { ...NOW, now: 59_999 })).not.toBeNull();
    expect(leases.find(A, { ...NOW, now: 60_000 })).toBeNull();
  });

  it("say nothing to a claim on one that was dropped, replaced, or cleared away", () => {
    const leases = new Leases();
    const B: Fingerprint = [1, 9, 9, 9];
    for (const lose of [
      () => leases.drop(HOLDER.number),
      () => leases.grant(grantOf(B), HOLDER, LEASE),
      () => leases.clear(),
    ]) {
      leases.grant(grantOf(A), HOLDER, LEASE);
      const claim = leases.find(A, NOW) as Claim;
      lose();
      expect(leases.read(claim)).toBeNull();
      expect(leases.find(A, NOW)).toBeNull();
      // Its slot may be another's by now.
      leases.grant(grantOf([5, 5, 5, 5]), { ...HOLDER, number: 8 }, LEASE);
      expect(leases.read(claim)).toBeNull();
    }
  });

  it("are never more than may be, and all are granted anew when they would be", () => {
    const leases = new Leases(3);
    const numbers = [1, 2, 3, 4];
    for (const number of numbers) {
      leases.grant(grantOf([number, 0, 0, 0]), { ...HOLDER, number }, LEASE);
    }
    const found = numbers.map((number) => leases.find([number, 0, 0, 0], NOW) !== null);
    expect(found).toEqual([false, false, false, true]);
    expect(leases.size).toBe(1);
  });

  it("that no record has room for are not granted", () => {
    const leases = new Leases();
    leases.grant(grantOf(A), { ...HOLDER, number: 2 ** 32 }, LEASE);
    leases.grant(grantOf(A), HOLDER, { ...LEASE, leaseMs: 0.5 });
    expect(leases.find(A, NOW)).toBeNull();
    expect(leases.size).toBe(0);
  });

  it("are one for each session, whatever is granted, renewed and dropped: as a Map keeps them", () => {
    // Fingerprints that begin alike, and few of them, so that sessions contend for one.
    const fingerprint = fc.tuple(fc.constantFrom(0, 1), fc.nat({ max: 3 }));
    const step = fc.record({
      act: fc.constantFrom("grant", "grant", "renew", "drop"),
      number: fc.nat({ max: 5 }),
      fingerprint,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const leases = new Leases();
        const model = new Map<number, { readonly name: string; readonly version: number }>();
        for (const {
          act,
          number,
          fingerprint: [a, b],
        } of steps) {
          const name = `${a} ${b}`;
          const known = model.get(number);
          if (act === "grant") {
            leases.grant(grantOf([a, b, 0, 0]), { ...HOLDER, number }, LEASE);
            for (const [other, known] of model) if (known.name === name) model.delete(other);
            model.set(number, { name, version: HOLDER.version });
          } else if (act === "drop") {
            leases.drop(number);
            model.delete(number);
          } else if (known) {
            const [x = 0, y = 0] = known.name.split(" ").map(Number);
            leases.renew(leases.find([x, y, 0, 0], NOW) as Claim, LEASE);
            model.set(number, { ...known, version: known.version + 1 });
          }
          expect(leases.size).toBe(model.size);
        }
        const found = new Map<number, { readonly name: string; readonly version: number }>();
        for (const a of [0, 1]) {
          for (const b of [0, 1, 2, 3]) {
            const claim = leases.find([a, b, 0, 0], NOW);
            const held = claim && leases.read(claim);
            if (held) found.set(held.number, { name: `${a} ${b}`, version: held.version });
          }
        }
        expect(found).toEqual(model);
      }),
      { numRuns: 500 },
    );
  });
});
