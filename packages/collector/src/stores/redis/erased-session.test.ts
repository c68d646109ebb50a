import { afterAll, beforeAll, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import type { SignalInput } from "../../core/input.ts";
import type { BeatKey } from "../../engine/beat-cache.ts";
import { Clock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import type { Request } from "../../engine/request.ts";
import { sweep } from "../../engine/sweep.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

const KEY = { account: "shop", id: "s" };
const BEAT_KEY: BeatKey = [1, 2, 3, 4];
let server: RedisServer;
const stores: RedisStore[] = [];
beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
  for (let i = 0; i < 2; i += 1) stores.push(await openRedisStore(`${server.url}?partitions=1`));
});
afterAll(async () => {
  for (const each of stores) await each.close();
  await server.stop();
});

it.each([false, true])(
  "a cached beat of an erased session renews no new session of its id (loaded in between: %s)",
  async (isRead) => {
    let now = Date.now();
    const clock = new Clock(() => now);
    const [a, b] = stores.map((store) => new Engine(store, clock)) as [Engine, Engine];
    await a.heartbeat();
    await a.changeSettings("shop", { overrides: { "presence.mode": "on" } });
    await b.heartbeat();
    await b.broadcasts.refresh();
    const beat = (page: string, seq: number): SignalInput => ({
      type: "signal",
      signal: "beat",
      page,
      gen: 0,
      seq,
      visible: true,
      armed: true,
    });
    const create: Request = {
      key: KEY,
      create: { channel: "web_widget" },
      inputs: [{ type: "end_user_message", sentAt: null }],
    };
    // Collector A has a cache entry of page p; the session has version 2.
    await a.submit(create);
    const configVersion = a.beatCache?.configVersion ?? 0;
    const checked = {
      key: BEAT_KEY,
      account: "shop",
      rateSlot: 0,
      validUntil: Infinity,
      configVersion,
    };
    await a.submit({ key: KEY, inputs: [beat("p", 500)], checked });
    expect(a.beatCache?.get(BEAT_KEY, now)).not.toBeNull();
    // B erases the session, a new one of its id is created, and its page q beats: version 2 again.
    now += 1_000;
    expect(await b.erase(KEY)).toBe(true);
    now += 1_000;
    await b.submit(create);
    await b.submit({ key: KEY, inputs: [beat("q", 1)] });
    if (isRead) await a.store.load([{ key: KEY, eventIds: [] }]);
    // The page of the erased session beats once more.
    now += 1_000;
    const late = await a.submitBeat(BEAT_KEY, 501, a.beatCache?.configVersion ?? 0, () => null);
    const [found] = await b.store.load([{ key: KEY, eventIds: [] }]);
    const seqs = found?.stored?.session.pages.map(({ id, seq }) => [id, seq]);
    // Then q alone beats, always in time.
    for (let seq = 2; seq < 8; seq += 1) {
      for (let second = 0; second < 8; second += 1) {
        now += 1_000;
        await sweep({ engine: b, accounts: () => ["shop"], onError: () => {} });
      }
      await b.submit({ key: KEY, inputs: [beat("q", seq)] });
    }
    const [after] = await b.store.load([{ key: KEY, eventIds: [] }]);
    await b.erase(KEY);
    expect({ late: late.status, seqs, presence: after?.stored?.session.presence }).toEqual({
      late: "missed",
      seqs: [["q", 1]],
      presence: "online",
    });
  },
);
