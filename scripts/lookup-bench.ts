/**
 * Measures look-ups of one session among many: how long each takes on a store and through the API, and how
 * many bytes a session takes.
 *
 *     node --expose-gc scripts/lookup-bench.ts sqlite|memory|redis|edge [sessions] [--bytes plain|tags|link] [--with DIR]
 *
 * `--bytes`: only the bytes, of sessions that have no more than that, see e2e/support/lookup-sessions.ts.
 * `--with`: those of the stores of another checkout. `edge` has 8 shards in workerd, and the API alone.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { percentile } from "../bench/figures.ts";
import { EdgeSite } from "../e2e/support/edge-site.ts";
import {
  type Checkout,
  LOOKED_UP,
  type LookedUp,
  lookUps,
  lookupWrite,
} from "../e2e/support/lookup-sessions.ts";
import { RedisServer } from "../e2e/support/redis.ts";
import { createCollector } from "../packages/collector/src/platform/create-collector.ts";
import type { Store, Write, WriteOutcome } from "../packages/collector/src/stores/store.ts";

const { values, positionals } = parseArgs({
  options: { with: { type: "string" }, bytes: { type: "string" } },
  allowPositionals: true,
});
const [kind = "sqlite", wanted = "1000000"] = positionals;
const isForBytes = values.with !== undefined || values.bytes !== undefined;
const has = LOOKED_UP.find((each) => each === (values.bytes ?? (isForBytes ? "plain" : "mixed")));
if (has === undefined) throw new Error("--bytes must be plain, tags, link or mixed.");
const SESSIONS = Number(wanted);
const BATCH = 1_000;
const SHARDS = 8;
const MAX_ATTEMPTS = 100;
const RETRY_MS = 1_000;
const REPEATS = 200;
/** The first look-ups compile the code that they run. */
const WARM_UPS = 20;
/** Of look-ups that examine session after session. */
const SLOW_REPEATS = 20;
const SLOW = new Set(["tag", "reason", "group", "text"]);

const source = resolve(values.with ?? ".", "packages/collector/src");
const checkout: Checkout = {
  suite: await import(`${source}/stores/suite/case.ts`),
  core: await import(`${source}/core/session.ts`),
};
const { NOW } = checkout.suite;
const folder = mkdtempSync(join(tmpdir(), "stillhere-lookups-"));

/** Asks the API; rejects anything but 200. */
type Ask = (path: string) => Promise<unknown>;

async function measure(store: Store | null, ask: Ask): Promise<void> {
  console.log("| look-up | store, p50 / p99 | API, p50 / p99 |\n| --- | --- | --- |");
  const names = lookUps(0, NOW).map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    const times: { store: number[]; api: number[] } = { store: [], api: [] };
    const repeats = SLOW.has(name) ? SLOW_REPEATS : REPEATS;
    const warmUps = SLOW.has(name) ? 1 : WARM_UPS;
    for (let repeat = -warmUps; repeat < repeats; repeat += 1) {
      const number = 4 * Math.floor((SESSIONS / 4 / (repeats + warmUps)) * (repeat + warmUps));
      const look = lookUps(number, NOW)[index];
      if (!look) continue;
      const isWarm = repeat >= 0;
      const timed = async (into: number[], work: () => Promise<unknown>) => {
        const startedAt = performance.now();
        await work();
        if (isWarm) into.push(performance.now() - startedAt);
      };
      if (store)
        await timed(times.store, () => store.list("default", { ...look.query, limit: 100 }));
      await timed(times.api, () => ask(look.path));
    }
    console.log(`| ${name} | ${spread(times.store)} | ${spread(times.api)} |`);
  }
}

function spread(times: number[]): string {
  if (times.length === 0) return "";
  const sorted = times.sort((a, b) => a - b);
  const [p50, p99] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
  return `${p50.toFixed(2)} / ${p99.toFixed(2)} ms`;
}

async function fill(store: Store, kept: LookedUp): Promise<void> {
  for (let first = 0; first < SESSIONS; first += BATCH) {
    const count = Math.min(BATCH, SESSIONS - first);
    const writes = Array.from({ length: count }, (_, index) =>
      lookupWrite(first + index, checkout, kept),
    );
    await commit(store, writes);
  }
}

/** Commits new sessions, and waits while the machine is too busy for the store. */
async function commit(store: Store, writes: readonly Write[]): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const outcomes = await store.commit(writes);
      // A conflict after a failure: the write was stored, and only its answer was lost.
      const isStored = (outcome: WriteOutcome) =>
        outcome === "committed" || (attempt > 0 && outcome === "conflict");
      if (!outcomes.every(isStored)) throw new Error("not committed");
      return;
    } catch (error) {
      if (!(error instanceof Error && error.name === "StoreError") || attempt === MAX_ATTEMPTS) {
        throw error;
      }
      await pause(RETRY_MS);
    }
  }
}

function sayBytes(bytes: number): void {
  console.log(
    `${kind}, ${SESSIONS.toLocaleString("en")} sessions (${has}): ${(bytes / SESSIONS).toFixed(0)} bytes each`,
  );
}

function sizeOf(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function heapBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function onStore(address: string, kept: LookedUp, used: () => number): Promise<void> {
  const { openStore } = await import(`${source}/platform/open-store.ts`);
  const store: Store = await openStore(address);
  const before = used();
  await fill(store, kept);
  // Closing a SQLite file takes its write-ahead log away, whose length depends on the moment.
  if (isForBytes && kind === "sqlite") await store.close();
  sayBytes(used() - before);
  if (isForBytes) return kind === "sqlite" ? undefined : store.close();
  const collector = createCollector({ store });
  const { keys } = await collector.start();
  const headers = { Authorization: `Bearer ${keys?.secretKey}` };
  await measure(store, async (path) => {
    const response = await collector.app.request(path, { headers });
    const text = await response.text();
    if (response.status !== 200) throw new Error(text);
  });
  await collector.close();
}

async function onEdge(): Promise<void> {
  const site = await EdgeSite.start({}, { shards: SHARDS, folder });
  const before = sizeOf(folder);
  for (let first = 0; first < SESSIONS; first += BATCH) {
    const count = Math.min(BATCH, SESSIONS - first);
    await site.request("POST", `/test/0/fill/${first}/${count}`);
  }
  sayBytes(sizeOf(folder) - before);
  await measure(null, (path) => site.request("GET", path));
  await site.stop();
}

try {
  if (kind === "edge") await onEdge();
  else if (kind === "memory") await onStore("memory:", has, heapBytes);
  else if (kind === "sqlite") {
    const file = join(folder, "bench.db");
    await onStore(`sqlite:${file}`, has, () => sizeOf(folder));
  } else {
    const server = await RedisServer.start("--appendonly", "no", "--save", "");
    const used = () => Number(/^used_memory:(\d+)/m.exec(server.command("INFO", "memory"))?.[1]);
    await onStore(server.url, has, used).finally(() => server.stop());
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
