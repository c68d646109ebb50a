/**
 * The whole product over HTTP on each store: generated calls get the same answers, on one virtual clock.
 * `pnpm same-answers` plays more of them.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { compare } from "./same-answers/compare.ts";
import { generate } from "./same-answers/generate.ts";
import { STORES, type Started, startAll, startOfRun } from "./same-answers/start.ts";

const SHARDS = 3;
const CALLS = 60;

let started: Started;
beforeAll(async () => {
  started = await startAll(STORES, SHARDS);
});
afterAll(() => started?.stop());

it.each([1, 2, 3])(
  "SQLite, Redis, a Redis Cluster and the edge give the same answers to calls of seed %i",
  async (seed) => {
    const plan = generate(seed, { calls: CALLS, maxOnline: started.maxOnline });
    const options = { account: `seed_${seed}`, startAt: startOfRun(seed) };
    expect(await compare(started.deployments, plan, options)).toBeNull();
  },
);
