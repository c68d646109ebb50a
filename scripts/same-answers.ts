/**
 * `pnpm same-answers`: the same generated calls over HTTP to the product on SQLite, Redis, a Redis Cluster and at the
 * edge, on one virtual clock. Prints the first difference of a seed with the calls that led to it, and ends with 1.
 *
 * - `--seed N`: the first seed (default 1). `--seeds N`: how many (default 100).
 * - `--calls N`: about how many calls each (default 500).
 * - `--stores NAMES`: some of sqlite, redis, cluster, edge (default: all).
 * - `--all`: goes on after a difference.
 */
import { parseArgs } from "node:util";
import { compare, type Difference, shorten } from "../e2e/same-answers/compare.ts";
import { generate } from "../e2e/same-answers/generate.ts";
import type { Plan } from "../e2e/same-answers/plan.ts";
import { STORES, type Started, startAll, startOfRun } from "../e2e/same-answers/start.ts";
import { settlesWithin } from "../packages/collector/src/async/timeout.ts";

/** Seeds that are played on the same servers, which also have the accounts of those before. */
const SEEDS_TOGETHER = 10;
const MAX_SHARDS = 3;
/** How long calls are left out that a difference does not need. */
const SHORTEN_MS = 120_000;
const STOP_MS = 5_000;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "100" },
    calls: { type: "string", default: "500" },
    stores: { type: "string", default: STORES.join() },
    all: { type: "boolean", default: false },
  },
});
const [first, seeds, calls] = [Number(values.seed), Number(values.seeds), Number(values.calls)];
for (const [name, number] of Object.entries({ seed: first, seeds, calls })) {
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name} must be a whole number from 1.`);
}
const startedAt = performance.now();
let started: Started | null = null;
let [runs, made, done, different] = [0, 0, 0, 0];

/** Differs from block to block, and is the same for a seed that is played alone. */
const shardsOf = (seed: number) => 1 + (Math.floor(seed / SEEDS_TOGETHER) % MAX_SHARDS);

function play({ deployments }: Started, plan: Plan): Promise<Difference | null> {
  runs += 1;
  return compare(deployments, plan, { account: `run_${runs}`, startAt: startOfRun(runs) });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    // The servers would outlive this process. A call that is under way may hold up their end.
    void settlesWithin(STOP_MS, started?.stop() ?? Promise.resolve()).then(() => process.exit(1));
  });
}

for (let seed = first; seed < first + seeds; seed += 1) {
  if (started && seed % SEEDS_TOGETHER === 0) {
    await started.stop();
    started = null;
  }
  started ??= await startAll(values.stores.split(","), shardsOf(seed));
  const servers = started;
  const plan = generate(seed, { calls, maxOnline: servers.maxOnline });
  const found = await play(servers, plan);
  made += plan.steps.length;
  done += 1;
  if (!found) {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(`seed ${seed}: ${plan.steps.length} calls, no difference (${seconds} s)`);
    continue;
  }
  different += 1;
  console.log(`seed ${seed}: call ${found.index} differs, ${JSON.stringify(found.step)}`);
  const until = performance.now() + SHORTEN_MS;
  const short = await shorten(plan, found, async (shorter) =>
    performance.now() < until ? play(servers, shorter) : null,
  );
  console.log("after these calls:");
  for (const step of short.plan.steps) console.log(`  ${JSON.stringify(step)}`);
  for (const [name, answer] of Object.entries(short.difference.answers)) {
    console.log(`${name}: ${JSON.stringify(answer)}`);
  }
  if (!values.all) break;
}
await started?.stop();
console.log(`${done} seeds, ${made} calls to ${values.stores}; ${different} seeds differ.`);
process.exitCode = different > 0 ? 1 : 0;
