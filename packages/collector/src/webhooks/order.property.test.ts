/**
 * Whatever receivers, networks and processes do: everything arrives, each session's in order, and
 * nothing that was not committed.
 */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { Store } from "../stores/store.ts";
import {
  ACCOUNT,
  DeliveryHarness,
  type Receiver,
  refused,
  stopTime,
  TAKEN,
} from "./testing/delivery-harness.ts";

const numRuns = Number(process.env["RUNS"] ?? 200);
const seed = process.env["SEED"] === undefined ? {} : { seed: Number(process.env["SEED"]) };

const SESSIONS = ["a", "b", "c", "d"] as const;
const ANSWER_WITHIN_MS = 15_000;

/** `lost`: the receiver has it, its answer never comes. */
const answer = fc.constantFrom("take", "take", "take", "fail", "hang", "slow", "lost", "later");

/** The longest outlasts a claim. */
const storeTakesMs = fc.constantFrom(0, 0, 0, 0, 1, 7, 150, 2_500);

const bySession = fc.constantFrom(...SESSIONS);
const commit: fc.Arbitrary<Step> = fc.record({ do: fc.constant("commit"), by: bySession });
const passing: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("pass"),
  ms: fc.integer({ min: 0, max: 9_000 }),
});

const step = fc.oneof(
  { weight: 8, arbitrary: commit },
  { weight: 5, arbitrary: passing },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("join") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rewind") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("again"), by: bySession }) },
);

type Step = { do: string; by?: string; ms?: number };

function receiverOf(
  answers: readonly string[],
  taken: (entry: Parameters<Receiver>[0]) => void,
): Receiver {
  let next = 0;
  return (entry) => {
    const given = answers[next++ % answers.length];
    const later = (ms: number, attempt: typeof TAKEN) =>
      new Promise<typeof TAKEN>((resolve) => setTimeout(() => resolve(attempt), ms));
    switch (given) {
      case "fail":
        return refused(500);
      case "later":
        return refused(503, { retryAfterMs: 3_000 });
      case "slow":
        return later(400, TAKEN);
      case "hang":
        return later(ANSWER_WITHIN_MS, refused(0));
      case "lost":
        taken(entry);
        return later(ANSWER_WITHIN_MS, refused(0));
      default:
        return TAKEN;
    }
  };
}

async function act(bench: DeliveryHarness, { do: what, by = "a", ms = 0 }: Step): Promise<void> {
  const [standing] = await bench.store.outbox.endpoints();
  if (!standing) throw new Error("the endpoint is gone");
  if (what === "commit") await bench.commit(by);
  if (what === "pass") await bench.pass(ms);
  if (what === "crash") await bench.crash();
  if (what === "join") bench.join();
  if (what === "rewind") {
    await bench.store.outbox.moveCursor(standing.endpoint, 0, false);
    void bench.deliveries.refresh();
    await bench.pass(0);
  }
  if (what === "again") {
    const history = await bench.store.history({ account: ACCOUNT, id: by }, 0, 100);
    const wanted = history.map(({ session, sessionCreatedAt, transition }) => ({
      session,
      sessionCreatedAt,
      seq: transition.seq,
    }));
    await bench.store.outbox.resend(standing.endpoint, wanted, Date.now());
    void bench.deliveries.refresh();
    await bench.pass(0);
  }
}

beforeEach(stopTime);
afterEach(() => {
  vi.useRealTimers();
});

/** Seqs as they arrived, and as they were committed. */
async function outcome(bench: DeliveryHarness, session: string): Promise<[number[], number[]]> {
  const log = await bench.store.log(ACCOUNT, 0, 1_000);
  const committed = log.filter((entry) => entry.session === session);
  const arrived = bench.taken.filter((each) => each.session === session);
  return [arrived.map(({ seq }) => seq), committed.map(({ transition }) => transition.seq)];
}

const STORES: readonly (readonly [string, () => Store])[] = [
  ["memory", () => new MemoryStore()],
  ["sqlite", () => new SqliteStore(":memory:")],
];

interface Given {
  readonly steps: readonly Step[];
  readonly answers: readonly string[];
  /** How long the store takes, ask by ask. */
  readonly storeTakesMs: readonly number[];
}

/** Lives through what is given, then lets everything settle. */
async function live(open: () => Store, given: Given): Promise<DeliveryHarness> {
  const bench = await DeliveryHarness.open({}, open());
  let asks = 0;
  bench.storeTakesMs = () => given.storeTakesMs[asks++ % given.storeTakesMs.length] ?? 0;
  bench.receiver = receiverOf(given.answers, ({ session, transition }) =>
    bench.taken.push({ endpoint: "desk", session, seq: transition.seq, atMs: 0 }),
  );
  for (const each of given.steps) await act(bench, each);
  bench.receiver = () => TAKEN;
  bench.storeTakesMs = () => 0;
  await bench.pass(5 * 60_000);
  return bench;
}

async function end(bench: DeliveryHarness): Promise<void> {
  await bench.close();
  // Dead processes leave theirs behind.
  vi.clearAllTimers();
  await bench.store.close();
  expect(bench.errors).toEqual([]);
}

function listOf<T>(values: fc.Arbitrary<T>, maxLength: number) {
  return fc.array(values, { minLength: 1, maxLength });
}

describe.each(STORES)("on the store %s", (_, open) => {
  it("every transition arrives, each session's in order, and none is invented", async () => {
    const given = fc.record({
      steps: listOf(step, 60),
      answers: listOf(answer, 12),
      storeTakesMs: listOf(storeTakesMs, 12),
    });
    const holds = async (each: Given) => {
      const bench = await live(open, each);
      for (const session of SESSIONS) {
        const [arrived, committed] = await outcome(bench, session);
        // The first time that each arrived.
        expect([...new Set(arrived)]).toEqual(committed);
      }
      await end(bench);
    };
    await fc.assert(fc.asyncProperty(given, holds), { numRuns, ...seed });
  });

  it("nothing arrives twice where no answer was lost and no process died", async () => {
    const given = fc.record({
      steps: listOf(fc.oneof(commit, passing), 60),
      answers: listOf(fc.constantFrom("take", "fail", "slow", "hang", "later"), 12),
      storeTakesMs: listOf(fc.constantFrom(0, 0, 1, 7, 150), 12),
    });
    const holds = async (each: Given) => {
      const bench = await live(open, each);
      for (const session of SESSIONS) {
        const [arrived, committed] = await outcome(bench, session);
        expect(arrived).toEqual(committed);
      }
      await end(bench);
    };
    await fc.assert(fc.asyncProperty(given, holds), { numRuns, ...seed });
  });
});
