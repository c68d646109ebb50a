/**
 * An account whose way to the collectors is cut, over a real Redis server on a virtual clock.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { SilenceSimulation, type VisitorPlan } from "../../suite/testing/silence-simulation.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
});
afterAll(() => server.stop());

it("has nobody offline while it is unheard, and those who left gone afterwards", async () => {
  const store = await openRedisStore(server.url);
  const simulation = new SilenceSimulation(store);
  const plans = Array.from({ length: 12 }, (_, index): VisitorPlan => {
    const pages = [{ kind: "waiting" as const, firstAt: 600 + (index * 10_000) / 12 }];
    const departure = { at: 60_000, isSilent: true };
    return { id: `v${index}`, pages, ...(index === 5 && { departure }) };
  });
  await simulation.addAccount("shop", plans, [{ from: 40_000, to: 100_000 }]);
  await simulation.run(150_000);
  const { verdicts, unheard, online } = await simulation.outcomeOf("shop");
  await store.close();
  expect(unheard).toEqual([{ from: 48_600, to: 100_000 }]);
  expect(verdicts.map(({ visitor }) => visitor)).toEqual(["v5"]);
  expect(online.size).toBe(11);
});
