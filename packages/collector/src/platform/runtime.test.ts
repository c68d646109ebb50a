/**
 * A collector on a machine whose clock is wrong and is set.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { MachineClocks } from "../engine/clock.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { Store } from "../stores/store.ts";
import { World } from "../suite/testing/fleet.ts";
import { prepareAccount } from "./default-account.ts";
import { log } from "./log.ts";
import { openRuntime, type Runtime } from "./runtime.ts";

vi.mock("./assets.ts", () => ({ readAssets: () => new Map() }));

const OPEN = { type: "open", visible: true, armed: false };
const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), "stillhere-runtime-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runtimes: Runtime[] = [];
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
});

async function open(store: Store, clocks: MachineClocks, binding = "open") {
  const onError = (error: unknown) => {
    throw error;
  };
  const runtime = await openRuntime(store, { clocks, addressOf: () => "192.0.2.1", onError });
  runtimes.push(runtime);
  const settings = { termsAccepted: true, binding, presence: { mode: "on", bufferSeconds: 15 } };
  const keys = await prepareAccount(runtime, settings);
  let sent = 0;
  const request = (path: string, body?: unknown) =>
    runtime.app.request(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Authorization: `Bearer ${keys?.secretKey}`,
        "Content-Type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    runtime,
    request,
    async signal(session: string, signal: object = {}): Promise<number> {
      sent += 1;
      const page = { v: 1, key: keys?.publishableKey, session, page: "p", gen: 0 };
      const body = { ...page, ...signal, ...("type" in signal ? {} : { ...OPEN, seq: sent }) };
      return (await request("/v1/signals", body)).status;
    },
    async json(path: string, body?: unknown): Promise<Record<string, unknown>> {
      return (await request(path, body)).json() as Promise<Record<string, unknown>>;
    },
  };
}

describe("a clock that is set", () => {
  it.each([-HOUR_MS, -600_000, 600_000, HOUR_MS])(
    "by %d ms keeps no visitor out, and lets no closed tab stay",
    async (byMs) => {
      const world = new World();
      const clocks = world.clocks();
      const { runtime, signal, json } = await open(new MemoryStore(), clocks);
      expect(await signal("closed")).toBe(200);
      clocks.skewMs = byMs;
      expect(await signal("closed", { type: "leave" })).toBe(200);
      const statuses: number[] = [];
      for (let visitor = 0; visitor < 80; visitor += 1) {
        if (visitor === 40) world.elapsedMs += 1_000;
        statuses.push(await signal(`v${visitor}`));
      }
      expect(new Set(statuses)).toEqual(new Set([200]));
      world.elapsedMs += 14_500;
      await runtime.engine.heartbeat();
      const due = await runtime.engine.store.due(runtime.engine.clock.now(), 100);
      expect(due).toEqual([{ account: "default", id: "closed" }]);
      expect(await json("/readyz")).toEqual({ status: "ok", clockSkewMs: 0 });
    },
  );

  it("right lets pages in whose tokens it took for expired", async () => {
    const world = new World();
    const clocks = world.clocks({ skewMs: 600_000 });
    const { runtime, signal, json } = await open(new MemoryStore(), clocks, "token");
    const minted = await json("/v1/tokens", { session: "s", ttlSeconds: 300 });
    clocks.skewMs += 600_000;
    await runtime.engine.heartbeat();
    expect(await signal("s", { token: minted["token"] })).toBe(401);
    clocks.skewMs -= 600_000;
    await runtime.engine.heartbeat();
    expect(await signal("s", { token: minted["token"] })).toBe(200);
  });
});

it("reports how far its own clock is from the store's, and is ready all the same", async () => {
  const world = new World();
  const warnings = vi.spyOn(log, "warn").mockImplementation(() => {});
  const path = join(folder, "skew.db");
  await open(new SqliteStore(path), world.clocks());
  const { runtime, json } = await open(new SqliteStore(path), world.clocks({ skewMs: -30_000 }));
  expect(await json("/readyz")).toEqual({ status: "ok", clockSkewMs: -30_000 });
  expect(await runtime.meter.scrape()).toContain("stillhere_clock_skew_seconds -30\n");
  runtime.start();
  const isNamed = () =>
    expect(warnings.mock.calls).toContainEqual([
      { clockSkewSeconds: -30 },
      expect.stringContaining("30 s behind the store's"),
    ]);
  await vi.waitFor(isNamed, { timeout: 30_000 });
  warnings.mockRestore();
});

it("shows an account that is unheard: in the queue's answer, the gauge and the log", async () => {
  const world = new World();
  const store = new MemoryStore();
  const { runtime, json } = await open(store, world.clocks());
  const { broadcasts, clock } = runtime.engine;
  const warnings = vi.spyOn(log, "warn").mockImplementation(() => {});
  const since = clock.steady();
  const unheard = { type: "unheard", account: "default", at: since, missed: 9 } as const;
  await store.broadcast(unheard);
  await broadcasts.refresh();
  world.elapsedMs += 42_000;
  runtime.start();
  const unheardSince = async () => (await json("/v1/queue"))["unheardSince"];
  expect(await unheardSince()).toBe(new Date(clock.timeOf(since)).toISOString());
  expect(await runtime.meter.scrape()).toContain("stillhere_unheard_seconds 42\n");
  const isNamed = () =>
    expect(warnings.mock.calls).toContainEqual([
      { account: "default", missed: 9, unheardSeconds: 42 },
      expect.stringContaining("fell silent together"),
    ]);
  await vi.waitFor(isNamed, { timeout: 30_000 });
  await store.broadcast({ type: "heard", account: "default", at: clock.steady() });
  await broadcasts.refresh();
  expect(await unheardSince()).toBe(null);
  expect(await runtime.meter.scrape()).toContain("stillhere_unheard_seconds 0\n");
  warnings.mockRestore();
});
