import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { keyOf } from "../suite/case.ts";
import { exampleLists } from "../suite/list-examples.ts";
import { checkLists, writeListed } from "../suite/list-model.ts";
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

describe("a Redis from before the indexes of lists", () => {
  /** Stores sessions, and then takes away what the layout 2 has added. */
  async function fillFirstLayout() {
    const store = await RedisStore.open(server.url);
    await store.putAccount(account);
    const { created, changed, erased, queries } = exampleLists(2);
    const listed = await writeListed(store, created, changed, erased);
    await store.close();
    for (let partition = 0; partition < 64; partition += 1) {
      const at = (kind: string) => `stillhere:{${partition}}:${kind}:shop`;
      server.command(
        "DEL",
        ...["terms", "changes", "change-leaves", "waiting", "waiting-leaves"].map(at),
      );
      for (const id of server.command("HKEYS", at("sessions")).split("\n").filter(Boolean)) {
        const record = server.command("--raw", "HGET", at("sessions"), id);
        const [head = "", ...body] = record.replace(/\n$/, "").split("\n");
        const fields = head.split(" ").with(5, "-").join(" ");
        server.command("HSET", at("sessions"), id, [fields, ...body].join("\n"));
      }
    }
    server.command("DEL", "stillhere:{common}:layout");
    return { listed, queries };
  }

  it("gets them when it is opened, without another change of its sessions", async () => {
    server.command("FLUSHALL");
    const { listed, queries } = await fillFirstLayout();
    const store = await RedisStore.open(server.url);
    await checkLists(store, listed, queries);
    const ids = listed.map(({ id }) => id);
    const load = () => store.load(ids.map((id) => ({ key: keyOf(id), eventIds: [] })));
    const before = await load();
    await store.close();
    const again = await RedisStore.open(server.url);
    const reloaded = await again.load(ids.map((id) => ({ key: keyOf(id), eventIds: [] })));
    expect(reloaded.map(({ stored }) => stored)).toEqual(before.map(({ stored }) => stored));
    await again.close();
  });

  it("of a newer version is refused", async () => {
    server.command("SET", "stillhere:{common}:layout", "3");
    await expect(RedisStore.open(server.url)).rejects.toThrow(/newer version of stillhere/);
    server.command("FLUSHALL");
  });
});

const account = {
  name: "shop",
  publishableKeys: [],
  secretKeys: [],
  tokenSecrets: [],
  createdAt: 1,
};
