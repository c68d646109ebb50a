/**
 * Generated histories, played through the engine against real servers and compared with the memory
 * store.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { compareHistory } from "../../suite/histories.ts";
import type { History } from "../../suite/history.ts";
import { history } from "../../suite/testing/generated.ts";
import { mergingHistory } from "../../suite/testing/generated-merges.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import type { Store } from "../store.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, STEADY_CLUSTER, WITHOUT_FILES } from "./testing/open.ts";

const START = 1_700_000_000_000;
/** Longer than any history. */
const A_DAY_MS = 86_400_000;

const requestedRuns = process.env["RUNS"];

describe.each([
  ["a server", () => RedisServer.start(...WITHOUT_FILES), { any: 20, merging: 9 }],
  ["a cluster", () => RedisCluster.start(STEADY_CLUSTER), { any: 10, merging: 6 }],
])("%s", (_name, start, runs) => {
  let servers: RedisServer | RedisCluster;
  let store: RedisStore;
  beforeAll(async () => {
    servers = await start();
    store = await openRedisStore(servers.url);
  });
  afterAll(async () => {
    await store.close();
    await servers.stop();
  });

  let run = 0;
  async function compareAll(
    histories: fc.Arbitrary<History>,
    runs: number,
    isSequential = false,
  ): Promise<number> {
    let renewed = 0;
    const play = fc.asyncProperty(histories, async (given) => {
      run += 1;
      const start = { account: `run ${run}`, startAt: START + run * A_DAY_MS, isSequential };
      renewed += await compareHistory(store, new MemoryStore(), given, start);
      await eraseAll(store, start.account);
    });
    // A failure prints its seed; shrinking it may take a while.
    await fc.assert(play, { numRuns: Number(requestedRuns ?? runs) });
    return renewed;
  }

  it("gives the same results as the memory store for any history", async () => {
    expect(await compareAll(history, runs.any)).toBeGreaterThan(0);
  }, 300_000);

  it("gives the same results as the memory store, and keeps the invariants, for any history with merges", async () => {
    await compareAll(mergingHistory, runs.merging, true);
  }, 300_000);
});

/** All runs share one server, so a later run must not find due sessions of an earlier one. */
async function eraseAll(store: Store, account: string): Promise<void> {
  for (const { session } of (await store.list(account, { limit: 100 })).sessions) {
    await store.erase({ account, id: session.id });
  }
}
