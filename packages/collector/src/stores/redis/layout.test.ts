import { afterAll, beforeAll, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { RedisStore } from "./redis-store.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

it("is not set up in a Redis that must have a store already", async () => {
  await expect(RedisStore.open(server.url, { create: false })).rejects.toThrow(
    /holds no store yet: .*stillhere serve/,
  );
  expect(server.command("DBSIZE")).toMatch(/^0$/m);
  await (await RedisStore.open(server.url)).close();
  await (await RedisStore.open(server.url, { create: false })).close();
});
