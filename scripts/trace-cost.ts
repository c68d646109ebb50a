/**
 * What a session's trace costs in bytes on each store: a shop's conversations are written with `traceDays` 0 and 7, and
 * compared. Starts a Redis server of its own.
 *
 *     node --expose-gc scripts/trace-cost.ts [SESSIONS]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { RedisServer } from "../e2e/support/redis.ts";
import { writeSampleHistory } from "../e2e/support/sample/history.ts";
import { Accounts, DEFAULT_ACCOUNT } from "../packages/collector/src/engine/accounts.ts";
import { createSystemClock } from "../packages/collector/src/engine/clock.ts";
import { openStore } from "../packages/collector/src/platform/open-store.ts";
import { RedisStore } from "../packages/collector/src/stores/redis/redis-store.ts";
import type { Store } from "../packages/collector/src/stores/store.ts";

const sessions = Number(process.argv[2] ?? 700);
const TRACE_DAYS = [0, 7] as const;
/** So short that no fact is too old to be kept. */
const DAYS = 2;
const PARTITIONS = 64;

async function fill(store: Store, traceDays: number): Promise<void> {
  await new Accounts(store, createSystemClock()).put(DEFAULT_ACCOUNT, {
    by: { cli: "trace-cost" },
  });
  const until = Date.UTC(2026, 0, 15, 12);
  await writeSampleHistory(store, {
    account: DEFAULT_ACCOUNT,
    sessions,
    days: DAYS,
    seed: 1,
    until,
    traceDays,
  });
}

async function sqlite(traceDays: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-trace-"));
  try {
    const store = await openStore(`sqlite:${folder}/test.db`);
    await fill(store, traceDays);
    await store.close();
    return statSync(`${folder}/test.db`).size;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function memory(traceDays: number): Promise<number> {
  const { gc } = globalThis;
  if (!gc) throw new Error("Start it with node --expose-gc.");
  const used = async () => {
    for (let count = 0; count < 5; count += 1) {
      await gc();
      await pause(20);
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = await used();
  const store = await openStore("memory:");
  await fill(store, traceDays);
  const bytes = (await used()) - before;
  await store.close();
  return bytes;
}

async function redis(traceDays: number): Promise<number> {
  const server = await RedisServer.start("--appendonly", "no");
  try {
    const store = await RedisStore.open(server.url);
    const used = () => Number(/^used_memory:(\d+)/m.exec(server.command("INFO", "memory"))?.[1]);
    const before = used();
    await fill(store, traceDays);
    // Each `due`, as in the sweep, relays what waits for it.
    const waits = (partition: number) =>
      Number(server.command("LLEN", `stillhere:{${partition}}:outbox:${DEFAULT_ACCOUNT}`)) > 0;
    do await store.due(0, 1);
    while (Array.from({ length: PARTITIONS }, (_, index) => index).some(waits));
    const bytes = used() - before;
    await store.close();
    return bytes;
  } finally {
    await server.stop();
  }
}

console.log(`${sessions} conversations of ${DAYS} days, bytes for each:\n`);
console.log(`| store | ${TRACE_DAYS.map((days) => `\`traceDays: ${days}\``).join(" | ")} |`);
console.log("| --- | --- | --- |");
// The first one pays for what is loaded and compiled.
await memory(0);
for (const [name, measure] of Object.entries({ SQLite: sqlite, memory, Redis: redis })) {
  const bytes: number[] = [];
  for (const days of TRACE_DAYS) bytes.push(Math.round((await measure(days)) / sessions));
  console.log(`| ${name} | ${bytes.map((each) => each.toLocaleString("en")).join(" | ")} |`);
}
