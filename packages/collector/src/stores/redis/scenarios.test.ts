/**
 * The scenario files, played through the engine against a real Redis server and a real cluster.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { type Outcome, runScenario } from "../../replay/run.ts";
import { scenarios } from "../../suite/cases.ts";
import { playScenarios } from "../../suite/scenarios.ts";
import { RedisStore } from "./redis-store.ts";

describe.each([
  ["a server", RedisServer],
  ["a cluster", RedisCluster],
])("%s", (_name, kind) => {
  let servers: RedisServer | RedisCluster;
  let outcomes: readonly Outcome[];
  beforeAll(async () => {
    servers = await kind.start();
    const store = await RedisStore.open(servers.url);
    outcomes = await playScenarios(store, scenarios).finally(() => store.close());
  }, 120_000);
  afterAll(() => servers.stop());

  it.each(scenarios.map((scenario, index) => [scenario.id, scenario, index] as const))(
    "%s",
    (_id, scenario, index) => {
      expect(outcomes[index]).toEqual(runScenario(scenario));
    },
  );
});
