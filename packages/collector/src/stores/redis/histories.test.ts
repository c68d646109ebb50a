/**
 * Generated histories through the engine, against real servers: they show what memory shows.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { compareHistory } from "../../suite/histories.ts";
import { history } from "../../suite/testing/generated.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import type { Store } from "../store.ts";
import { RedisStore } from "./redis-store.ts";

const START = 1_700_000_000_000;
/** Longer than any history. */
const A_DAY_MS = 86_400_000;

const runsAsked = process.env["RUNS"];
const seed = process.env["SEED"] === undefined ? {} : { seed: Number(process.env["SEED"]) };

describe.each([
  ["a server", RedisServer, 100],
  ["a cluster", RedisCluster, 20],
])("%s", (_name, kind, runs) => {
  let servers: RedisServer | RedisCluster;
  let store: RedisStore;
  beforeAll(async () => {
    servers = await kind.start();
    store = await RedisStore.open(servers.url);
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await servers.stop();
  });

  it("shows what memory shows, whatever happens", async () => {
    let [run, renewed] = [0, 0];
    const play = fc.asyncProperty(history, async (given) => {
      run += 1;
      const place = { account: `run ${run}`, startAt: START + run * A_DAY_MS };
      renewed += await compareHistory(store, new MemoryStore(), given, place);
      await eraseAll(store, place.account);
    });
    // A failure prints its seed, and may take a while to be made small.
    await fc.assert(play, { numRuns: Number(runsAsked ?? runs), ...seed });
    expect(renewed).toBeGreaterThan(0);
  }, 300_000);
});

/** One server has them all, one after the other: nobody is to be woken by a later one. */
async function eraseAll(store: Store, account: string): Promise<void> {
  for (const { session } of await store.list(account, { limit: 100 })) {
    await store.erase({ account, id: session.id });
  }
}
