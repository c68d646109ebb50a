import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recipe } from "../core/recipes.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import {
  expectationOf,
  lastHeardBefore,
  plansOf,
  randomOf,
} from "../suite/testing/silence-plans.ts";
import {
  BUFFER_MS,
  type Cut,
  leaseMsOf,
  type Outcome,
  SilenceSimulation,
  type VisitorPlan,
} from "../suite/testing/silence-simulation.ts";

const ACCOUNT = "shop";
/** Sites per property, and the most visitors of one; `RUNS=20 SESSIONS=10000` is the long form. A failure prints its seed. */
const RUNS = Number(process.env["RUNS"] ?? 40);
const MAX_SESSIONS = Number(process.env["SESSIONS"] ?? 1_000);
const options = { numRuns: RUNS, endOnFailure: true };

const CUT_FROM = 130_000;
const seeds = fc.integer();
const counts = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 41, max: MAX_SESSIONS }) },
);

/** The verdicts on visitors who were there. */
function wrongVerdicts({ verdicts, visitors }: Outcome): readonly string[] {
  return verdicts
    .filter(({ visitor, at }) => {
      const departure = visitors.get(visitor)?.plan.departure;
      return !departure || departure.at > at;
    })
    .map(({ visitor }) => visitor);
}

describe("a cut of the way of all pages", () => {
  it("calls nobody gone who is there, where 8 sessions miss before the first would be offline", async () => {
    const met = { excused: 0, tooFew: 0, large: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, counts, fc.integer({ min: 1, max: 500 }), async (from, count, s) => {
        const random = randomOf(from);
        const cut = { from: CUT_FROM, to: CUT_FROM + s * 1_000 };
        const plans = plansOf(random, {
          count,
          kinds: ["waiting", "waiting", "assigned", "idle", "hidden", "frozen"],
          arriveWithinMs: 60_000,
          leaving: random() * 0.5,
          leaveFrom: CUT_FROM - 60_000,
          leaveTo: cut.to,
        });
        const simulation = new SilenceSimulation(new MemoryStore());
        await simulation.addAccount(ACCOUNT, plans, [cut], recipe("solve_abandoned", "g"));
        await simulation.run(cut.to + 250_000);
        const outcome = await simulation.outcomeOf(ACCOUNT);
        const { visitors, online, solved, unheard } = outcome;
        const { unheardFrom, firstOfflineAt } = expectationOf(visitors.values(), cut);
        const wrong = wrongVerdicts(outcome);
        if (unheardFrom !== null && unheardFrom < firstOfflineAt) {
          met.excused += firstOfflineAt < cut.to ? 1 : 0;
          met.large += count > 40 ? 1 : 0;
          expect(wrong).toEqual([]);
          if (count <= 40) expect(unheard.map(({ from }) => from)).toContain(unheardFrom);
        } else {
          met.tooFew += wrong.length > 0 ? 1 : 0;
        }
        for (const visitor of visitors.values()) {
          const { id, departure, pages } = visitor.plan;
          if (departure) continue;
          // Who was called gone is there again; a frozen page is not heard again.
          if (pages[0]?.kind !== "frozen") expect(online).toContain(id);
          if (!wrong.includes(id)) expect(solved).not.toContain(id);
        }
        expectPrompt(outcome, cut.to + 250_000);
      }),
      options,
    );
    expect(met.excused).toBeGreaterThan(RUNS / 10);
    expect(met.tooFew).toBeGreaterThan(0);
  });
});

describe("a cut of the way of some pages", () => {
  it("calls those gone who are not heard for long, and their return makes it good", async () => {
    const met = { calledGone: 0, cut: 0 };
    const percents = fc.integer({ min: 5, max: 95 });
    await fc.assert(
      fc.asyncProperty(seeds, counts, percents, async (from, count, percent) => {
        const random = randomOf(from);
        const cutOff = new Set<string>();
        const isCut = (visitor: string) => cutOff.has(visitor);
        const cut = { from: CUT_FROM, to: CUT_FROM + 120_000, isCut };
        const kinds = ["waiting", "assigned"] as const;
        const stay = { arriveWithinMs: 60_000, leaving: 0, leaveFrom: 0, leaveTo: 0 };
        const plans = plansOf(random, { count, kinds, ...stay });
        for (const { id } of plans) if (random() * 100 < percent) cutOff.add(id);
        const simulation = new SilenceSimulation(new MemoryStore());
        const triggers = [...recipe("solve_abandoned", "g"), ...recipe("welcome_back", "g")];
        await simulation.addAccount(ACCOUNT, plans, [cut], triggers);
        await simulation.run(cut.to + 60_000);
        const outcome = await simulation.outcomeOf(ACCOUNT);
        const wrong = wrongVerdicts(outcome);
        for (const visitor of wrong) expect(cutOff).toContain(visitor);
        met.calledGone += wrong.length;
        met.cut += cutOff.size;
        expect([outcome.online.size, outcome.active.size]).toEqual([count, count]);
        expect(outcome.solved.size).toBe(0);
      }),
      options,
    );
    // Most are: the other visitors' signals show that the way is open.
    expect(met.calledGone).toBeGreaterThan(met.cut / 2);
    expect(met.calledGone).toBeLessThanOrEqual(met.cut);
  });
});

describe("a way that is cut again and again", () => {
  it("has nobody online later than a lease and the buffer after they went, beyond one excuse", async () => {
    const met = { silences: 0, refused: 0, gone: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 12, max: 30 }), async (from, count) => {
        const random = randomOf(from);
        const cuts: Cut[] = [];
        for (let at = CUT_FROM; at < FLAPPING_MS - 150_000; ) {
          const cut = { from: at, to: at + 15_000 + random() * 60_000 };
          cuts.push(cut);
          // Pages try again once a second, but frozen ones and those who went do not.
          at = cut.to + 1_000 + random() * 10_000;
        }
        const plans = plansOf(random, {
          count,
          kinds: ["waiting", "waiting", "waiting", "assigned", "hidden", "frozen"],
          arriveWithinMs: 60_000,
          leaving: 0.3,
          leaveFrom: CUT_FROM - 30_000,
          leaveTo: FLAPPING_MS / 2,
        });
        const simulation = new SilenceSimulation(new MemoryStore());
        await simulation.addAccount(ACCOUNT, plans, cuts);
        await simulation.run(FLAPPING_MS);
        const outcome = await simulation.outcomeOf(ACCOUNT);
        met.silences += outcome.unheard.length;
        met.refused += expectPrompt(outcome, FLAPPING_MS);
        met.gone += outcome.verdicts.length;
        for (const { plan } of outcome.visitors.values()) {
          const isAwake = plan.pages[0]?.kind !== "frozen";
          if (!plan.departure && isAwake) expect(outcome.online).toContain(plan.id);
        }
      }),
      { ...options, numRuns: RUNS / 2 },
    );
    expect(met.silences).toBeGreaterThan(RUNS);
    expect(met.refused).toBeGreaterThan(RUNS / 4);
    expect(met.gone).toBeGreaterThan(RUNS);
  });
});

describe("a quiet night", () => {
  it("has nobody online later than a lease and the buffer after they went, beyond one excuse", async () => {
    const met = { nights: 0, excused: 0, gone: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 20 }), async (from, count) => {
        const outcome = await playNight(randomOf(from), count);
        met.nights += 1;
        met.excused += outcome.unheard.length;
        met.gone += outcome.verdicts.length;
        expectPrompt(outcome, NIGHT_MS);
      }),
      { ...options, numRuns: 2 * RUNS },
    );
    expect(met.gone).toBeGreaterThan(met.nights);
    expect(met.excused).toBeGreaterThan(0);
  });

  it("of one visitor with 32 pages is never unheard", async () => {
    const pages = Array.from({ length: 32 }, (_, index) => ({
      kind: "waiting" as const,
      firstAt: index * 300,
    }));
    const plans = [{ id: "v0", pages, departure: { at: 60_000, isSilent: true } }];
    const simulation = new SilenceSimulation(new MemoryStore());
    await simulation.addAccount(ACCOUNT, plans, []);
    await simulation.run(120_000);
    const { unheard, verdicts, visitors } = await simulation.outcomeOf(ACCOUNT);
    expect(unheard).toEqual([]);
    const heard = [...(visitors.get("v0")?.heard.values() ?? [])].flat();
    const leaseMs = leaseMsOf("waiting");
    expect(verdicts).toEqual([{ visitor: "v0", at: Math.max(...heard) + leaseMs + BUFFER_MS }]);
  });
});

describe("the accounts of one collector", () => {
  it("do not change each other's verdicts, while one of them is unheard", async () => {
    let excused = 0;
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 30 }), async (from, count) => {
        const plans = nightOf(randomOf(from), count);
        const night = async (cuts: readonly Cut[]) => {
          const simulation = new SilenceSimulation(new MemoryStore());
          const others = plansOf(randomOf(from + 1), {
            count: 12,
            kinds: ["waiting"],
            arriveWithinMs: 10_000,
            leaving: 0,
            leaveFrom: 0,
            leaveTo: 0,
          });
          await simulation.addAccount("other", others, cuts);
          await simulation.addAccount(ACCOUNT, plans, []);
          await simulation.run(NIGHT_MS / 2);
          excused += (await simulation.outcomeOf("other")).unheard.length;
          return (await simulation.outcomeOf(ACCOUNT)).verdicts;
        };
        const undisturbed = await night([]);
        expect(await night([{ from: 60_000, to: 200_000 }])).toEqual(undisturbed);
      }),
      { ...options, numRuns: RUNS / 4 },
    );
    expect(excused).toBeGreaterThan(0);
  });
});

const NIGHT_MS = 900_000;
const FLAPPING_MS = 600_000;

/** Visitors of whom many go at the same time, and whose other pages are hidden, idle or frozen. */
function nightOf(random: () => number, count: number): VisitorPlan[] {
  const leaveFrom = 60_000 + random() * 200_000;
  const isSudden = random() < 0.5;
  return plansOf(random, {
    count,
    kinds: ["waiting", "waiting", "waiting", "assigned", "idle", "hidden", "frozen"],
    arriveWithinMs: 60_000,
    leaving: Math.sqrt(random()),
    silent: Math.sqrt(random()),
    leaveFrom,
    leaveTo: leaveFrom + (isSudden ? 3_000 : 200_000),
  });
}

async function playNight(random: () => number, count: number): Promise<Outcome> {
  const simulation = new SilenceSimulation(new MemoryStore());
  await simulation.addAccount(ACCOUNT, nightOf(random, count), []);
  await simulation.run(NIGHT_MS);
  return simulation.outcomeOf(ACCOUNT);
}

/**
 * Nobody is online later than a lease and the buffer after they were last heard, or after the end of the
 * first period in which the account was unheard since. Returns how many could have met a second one.
 */
function expectPrompt({ verdicts, visitors, unheard }: Outcome, simulatedMs: number): number {
  let refused = 0;
  for (const visitor of visitors.values()) {
    const { departure, id } = visitor.plan;
    const heard = departure && lastHeardBefore(visitor, Infinity);
    const kind = visitor.pages[0]?.kind;
    if (!heard || !kind) continue;
    const excuse = unheard.find(({ from, to }) => to > heard.at && from <= heard.offlineAt);
    const excusedUntil = excuse && excuse.to + leaseMsOf(kind) + BUFFER_MS;
    const latest = excusedUntil ?? heard.offlineAt;
    if (unheard.some(({ from }) => excuse && from > excuse.from && from <= latest)) refused += 1;
    if (latest > simulatedMs) continue;
    const last = verdicts.findLast((verdict) => verdict.visitor === id)?.at ?? Infinity;
    expect(last, `${id}, unheard ${JSON.stringify(unheard)}`).toBeLessThanOrEqual(latest);
  }
  return refused;
}
