/**
 * Delivery properties that hold for any behavior of receivers, networks and processes: every
 * committed transition arrives, in order within its session, and nothing else arrives.
 */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { Store } from "../stores/store.ts";
import {
  ACCOUNT,
  DELIVERED,
  DeliveryHarness,
  failed,
  type Receiver,
  useFakeClock,
  useRealClock,
} from "./testing/delivery-harness.ts";

const SESSIONS = ["a", "b", "c", "d"] as const;
const RESPONSE_TIMEOUT_MS = 15_000;

/** `lose_response`: the receiver got the request, but its response is lost. */
const response = fc.constantFrom(
  "accept",
  "accept",
  "accept",
  "fail",
  "hang",
  "slow",
  "lose_response",
  "retry_after",
);

/** The longest is longer than a claim lasts. */
const storeLatencyMs = fc.constantFrom(0, 0, 0, 0, 1, 7, 150, 2_500);

const bySession = fc.constantFrom(...SESSIONS);
const commit: fc.Arbitrary<Step> = fc.record({ do: fc.constant("commit"), by: bySession });
const timePasses: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("advance"),
  ms: fc.integer({ min: 0, max: 9_000 }),
});

const step = fc.oneof(
  { weight: 8, arbitrary: commit },
  { weight: 5, arbitrary: timePasses },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("start_collector") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rewind") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("resend"), by: bySession }) },
);

type Step = { do: string; by?: string; ms?: number };

function receiverOf(
  responses: readonly string[],
  onLostResponse: (entry: Parameters<Receiver>[0]) => void,
): Receiver {
  let next = 0;
  return (entry) => {
    const response = responses[next++ % responses.length];
    const respondAfter = (ms: number, attempt: typeof DELIVERED) =>
      new Promise<typeof DELIVERED>((resolve) => setTimeout(() => resolve(attempt), ms));
    switch (response) {
      case "fail":
        return failed(500);
      case "retry_after":
        return failed(503, { retryAfterMs: 3_000 });
      case "slow":
        return respondAfter(400, DELIVERED);
      case "hang":
        return respondAfter(RESPONSE_TIMEOUT_MS, failed(0));
      case "lose_response":
        onLostResponse(entry);
        return respondAfter(RESPONSE_TIMEOUT_MS, failed(0));
      default:
        return DELIVERED;
    }
  };
}

async function runStep(
  harness: DeliveryHarness,
  { do: what, by = "a", ms = 0 }: Step,
): Promise<void> {
  const [status] = await harness.store.outbox.endpoints();
  if (!status) throw new Error("no endpoint");
  if (what === "commit") await harness.commit(by);
  if (what === "advance") await harness.advance(ms);
  if (what === "crash") await harness.crash();
  if (what === "start_collector") harness.startCollector();
  if (what === "rewind") {
    await harness.store.outbox.moveCursor(status.endpoint, 0, false);
    void harness.supervisor.refresh();
    await harness.advance(0);
  }
  if (what === "resend") {
    const history = await harness.store.history({ account: ACCOUNT, id: by }, 0, 100);
    const wanted = history.map(({ session, sessionCreatedAt, transition }) => ({
      session,
      sessionCreatedAt,
      seq: transition.seq,
    }));
    await harness.store.outbox.resend(status.endpoint, wanted, Date.now());
    void harness.supervisor.refresh();
    await harness.advance(0);
  }
}

beforeEach(useFakeClock);
afterEach(useRealClock);

/** A session's seqs in the order of arrival, and in the order of commit. */
async function outcome(harness: DeliveryHarness, session: string): Promise<[number[], number[]]> {
  const log = await harness.store.log(ACCOUNT, 0, 1_000);
  const committed = log.filter((entry) => entry.session === session);
  const arrived = harness.delivered.filter((each) => each.session === session);
  return [arrived.map(({ seq }) => seq), committed.map(({ transition }) => transition.seq)];
}

/** How many plans are generated: fewer where they only add what the store does. */
const STORES: readonly (readonly [string, () => Store, number])[] = [
  ["memory", () => new MemoryStore(), 200],
  ["sqlite", () => new SqliteStore(":memory:"), 60],
];

interface Plan {
  readonly steps: readonly Step[];
  readonly responses: readonly string[];
  /** The latency of the store, call by call. */
  readonly storeLatencyMs: readonly number[];
}

/** Runs the steps, then waits until everything is delivered. */
async function runPlan(open: () => Store, plan: Plan): Promise<DeliveryHarness> {
  const harness = await DeliveryHarness.open({}, open());
  let calls = 0;
  harness.storeLatencyMs = () => plan.storeLatencyMs[calls++ % plan.storeLatencyMs.length] ?? 0;
  harness.receiver = receiverOf(plan.responses, ({ session, transition }) =>
    harness.delivered.push({ endpoint: "desk", session, seq: transition.seq, atMs: 0 }),
  );
  for (const each of plan.steps) await runStep(harness, each);
  harness.receiver = () => DELIVERED;
  harness.storeLatencyMs = () => 0;
  await harness.advance(5 * 60_000);
  return harness;
}

async function end(harness: DeliveryHarness): Promise<void> {
  await harness.close();
  // Killed processes leave timers behind.
  vi.clearAllTimers();
  await harness.store.close();
  expect(harness.errors).toEqual([]);
}

/** Without `size`, lists would have at most eleven elements. */
function listOf<T>(values: fc.Arbitrary<T>, maxLength: number) {
  return fc.array(values, { minLength: 1, maxLength, size: "max" });
}

describe.each(STORES)("on the store %s", (_, open, runs) => {
  const numRuns = Number(process.env["RUNS"] ?? runs);

  it("every committed transition arrives, in order within its session, and no other", async () => {
    const plan = fc.record({
      steps: listOf(step, 60),
      responses: listOf(response, 12),
      storeLatencyMs: listOf(storeLatencyMs, 12),
    });
    const met = { committed: 0, repeated: 0 };
    const holds = async (each: Plan) => {
      const harness = await runPlan(open, each);
      for (const session of SESSIONS) {
        const [arrived, committed] = await outcome(harness, session);
        // Each seq at its first arrival.
        expect([...new Set(arrived)]).toEqual(committed);
        met.committed += committed.length;
        met.repeated += arrived.length - committed.length;
      }
      await end(harness);
    };
    await fc.assert(fc.asyncProperty(plan, holds), { numRuns });
    expect(met.committed).toBeGreaterThan(4 * numRuns);
    expect(met.repeated).toBeGreaterThan(2 * numRuns);
  });

  it("no transition arrives twice if no response is lost and no process crashes", async () => {
    const plan = fc.record({
      steps: listOf(fc.oneof(commit, timePasses), 60),
      responses: listOf(fc.constantFrom("accept", "fail", "slow", "hang", "retry_after"), 12),
      storeLatencyMs: listOf(fc.constantFrom(0, 0, 1, 7, 150), 12),
    });
    let committedInAll = 0;
    const holds = async (each: Plan) => {
      const harness = await runPlan(open, each);
      for (const session of SESSIONS) {
        const [arrived, committed] = await outcome(harness, session);
        expect(arrived).toEqual(committed);
        committedInAll += committed.length;
      }
      await end(harness);
    };
    await fc.assert(fc.asyncProperty(plan, holds), { numRuns });
    expect(committedInAll).toBeGreaterThan(4 * numRuns);
  });
});
