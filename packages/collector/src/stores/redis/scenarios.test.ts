/**
 * The scenario files, played through the engine against a real Redis server and a real cluster.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisCluster, RedisServer } from "../../../../../e2e/support/redis.ts";
import { type Outcome, runScenario } from "../../replay/run.ts";
import { scenarios } from "../../suite/cases.ts";
import { playScenarios } from "../../suite/scenarios.ts";
import { openRedisStore, STEADY_CLUSTER, WITHOUT_FILES } from "./testing/open.ts";

describe.each([
  ["a server", () => RedisServer.start(...WITHOUT_FILES)],
  ["a cluster", () => RedisCluster.start(STEADY_CLUSTER)],
])("%s", (_name, start) => {
  let servers: RedisServer | RedisCluster;
  let outcomes: readonly Outcome[];
  beforeAll(async () => {
    servers = await start();
    const store = await openRedisStore(servers.url);
    outcomes = await playScenarios(store, scenarios).finally(() => store.close());
  });
  afterAll(() => servers.stop());

  it.each(scenarios.map((scenario, index) => [scenario.id, scenario, index] as const))(
    "%s",
    (_id, scenario, index) => {
      expect(outcomes[index]).toEqual(runScenario(scenario));
    },
  );
});
