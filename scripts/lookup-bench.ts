/**
 * Measures look-ups of one session among many: how long each takes on a store and through the API, and how
 * many bytes a session takes.
 *
 *     node --expose-gc scripts/lookup-bench.ts sqlite|memory|redis|edge [sessions] [--with DIR]
 *
 * `--with`: only the bytes, by the stores of another checkout. `edge` has 8 shards in workerd, and the
 * API alone.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { percentile } from "../bench/figures.ts";
import { EdgeSite } from "../e2e/support/edge-site.ts";
import { lookUps, lookupWrite } from "../e2e/support/lookup-sessions.ts";
import { RedisServer } from "../e2e/support/redis.ts";
import { createCollector } from "../packages/collector/src/platform/create-collector.ts";
import type { Store } from "../packages/collector/src/stores/store.ts";

const { values, positionals } = parseArgs({
  options: { with: { type: "string" } },
  allowPositionals: true,
});
const [kind = "sqlite", wanted = "1000000"] = positionals;
const SESSIONS = Number(wanted);
const BATCH = 1_000;
const SHARDS = 8;
const REPEATS = 100;
/** Of look-ups that examine session after session. */
const SLOW_REPEATS = 20;
const SLOW = new Set(["tag", "reason", "group", "text"]);

const source = resolve(values.with ?? ".", "packages/collector/src");
const suite: typeof import("../packages/collector/src/stores/suite/case.ts") = await import(
  `${source}/stores/suite/case.ts`
);
const folder = mkdtempSync(join(tmpdir(), "stillhere-lookups-"));

/** Asks the API; rejects anything but 200. */
type Ask = (path: string) => Promise<unknown>;

async function measure(store: Store | null, ask: Ask): Promise<void> {
  console.log("| look-up | store, p50 / p99 | API, p50 / p99 |\n| --- | --- | --- |");
  const names = lookUps(0, suite.NOW).map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    const times: { store: number[]; api: number[] } = { store: [], api: [] };
    const repeats = SLOW.has(name) ? SLOW_REPEATS : REPEATS;
    for (let repeat = 0; repeat <= repeats; repeat += 1) {
      const number = 4 * Math.floor((SESSIONS / 4 / (repeats + 1)) * repeat);
      const look = lookUps(number, suite.NOW)[index];
      if (!look) continue;
      const isWarm = repeat > 0;
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

async function fill(store: Store): Promise<void> {
  for (let first = 0; first < SESSIONS; first += BATCH) {
    const count = Math.min(BATCH, SESSIONS - first);
    const writes = Array.from({ length: count }, (_, index) => lookupWrite(first + index, suite));
    const outcomes = await store.commit(writes);
    if (outcomes.some((outcome) => outcome !== "committed")) throw new Error("not committed");
  }
}

function sayBytes(bytes: number): void {
  console.log(
    `${kind}, ${SESSIONS.toLocaleString("en")} sessions: ${(bytes / SESSIONS).toFixed(0)} bytes each`,
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

async function onStore(address: string, used: () => number): Promise<void> {
  const { openStore } = await import(`${source}/platform/open-store.ts`);
  const store: Store = await openStore(address);
  const before = used();
  await fill(store);
  sayBytes(used() - before);
  if (values.with !== undefined) return store.close();
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
  else if (kind === "memory") await onStore("memory:", heapBytes);
  else if (kind === "sqlite") {
    const file = join(folder, "bench.db");
    await onStore(`sqlite:${file}`, () => sizeOf(folder));
  } else {
    const server = await RedisServer.start("--appendonly", "no", "--save", "");
    const used = () => Number(/^used_memory:(\d+)/m.exec(server.command("INFO", "memory"))?.[1]);
    await onStore(server.url, used).finally(() => server.stop());
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
