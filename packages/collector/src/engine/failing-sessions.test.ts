import { expect, it } from "vitest";
import type { Session } from "../core/session.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Found, Lookup, SessionKey, Store } from "../stores/store.ts";
import { ACCOUNT, keyOf, NOW, writeOf } from "../stores/suite/case.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import { FailingSessions } from "./failing-sessions.ts";
import { sweep } from "./sweep.ts";

function harnessOf(store: Store) {
  let now = NOW;
  const engine = new Engine(store, new Clock(() => now));
  const errors: unknown[] = [];
  return {
    engine,
    errors,
    async sweepAt(at: number): Promise<void> {
      now = at;
      await store.heartbeat(now, Number.MAX_SAFE_INTEGER);
      await sweep({ engine, accounts: () => [ACCOUNT], onError: (error) => errors.push(error) });
    },
    report: (id: string) =>
      engine.submit({ key: keyOf(id), inputs: [{ type: "end_user_message", sentAt: null }] }),
  };
}

/** A store whose sessions with an id that begins with `bad` make the core fail. */
class BrokenStore extends MemoryStore {
  readonly dueLimits: number[] = [];

  override async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    return (await super.load(lookups)).map((found) => {
      const { stored } = found;
      if (!stored?.session.id.startsWith("bad")) return found;
      const session = { ...stored.session, pages: null } as unknown as Session;
      return { ...found, stored: { ...stored, session } };
    });
  }

  override async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    this.dueLimits.push(limit);
    return super.due(now, limit);
  }
}

it("a session that makes the engine fail rejects its own requests, and no other of the batch", async () => {
  const store = new BrokenStore();
  await store.commit([writeOf("a"), writeOf("bad"), writeOf("c")]);
  const { engine, report } = harnessOf(store);
  await engine.heartbeat();
  await engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
  const [a, bad, c] = await Promise.allSettled(["a", "bad", "c"].map(report));
  expect([a?.status, bad?.status, c?.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((bad as PromiseRejectedResult).reason).toBeInstanceOf(TypeError);
});

it("more failing sessions than one sweep asks for take no place of the others", async () => {
  const store = new BrokenStore();
  const bad = Array.from({ length: 600 }, (_, index) => `bad${index}`);
  await store.commit(bad.map((id) => writeOf(id, { deadlineAt: NOW - 2 })));
  await store.commit([writeOf("good", { deadlineAt: NOW - 1 })]);
  const { engine, errors, sweepAt } = harnessOf(store);
  await engine.heartbeat();
  await engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
  await sweepAt(NOW);
  const [good] = await store.load([{ key: keyOf("good"), eventIds: [] }]);
  expect(good?.stored?.version).toBe(2);
  expect(errors).toHaveLength(600);
  await sweepAt(NOW + 9_999);
  expect(errors).toHaveLength(600);
  await sweepAt(NOW + 10_000);
  expect(errors).toHaveLength(1_200);
});

it("a session waits twice as long after each failure, ten minutes at most, until it succeeds", () => {
  const failing = new FailingSessions();
  const delays = [10, 20, 40, 80, 160, 320, 600, 600].map((seconds) => seconds * 1_000);
  let now = NOW;
  for (const delayMs of delays) {
    failing.failed(keyOf("a"), now);
    expect(failing.isWaiting(keyOf("a"), now + delayMs - 1)).toBe(true);
    expect(failing.isWaiting(keyOf("b"), now)).toBe(false);
    now += delayMs;
    expect(failing.isWaiting(keyOf("a"), now)).toBe(false);
  }
  failing.succeeded(keyOf("a"));
  expect(failing.size).toBe(0);
});

it("keeps a bounded number of failing sessions", () => {
  const failing = new FailingSessions();
  for (let index = 0; index < 20_000; index += 1) failing.failed(keyOf(`s${index}`), NOW);
  expect(failing.size).toBe(10_000);
  expect(failing.isWaiting(keyOf("s19999"), NOW)).toBe(true);
});
