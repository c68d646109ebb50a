/**
 * `pnpm loop-delay [--sessions 1000000] [--changed 1000000] [--store sqlite|memory|redis]`: measures how long
 * each route and timer holds up the event loop in one turn, in processor time of the thread and without
 * garbage collection. `--changed` sessions are changed by what goes on until all of them are; default: all.
 * `--only TEXT` runs those whose names have the text. Redis is started here; SQLite is a file in a temporary
 * folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { RedisServer } from "../e2e/support/redis.ts";
import { openStore } from "../packages/collector/src/platform/open-store.ts";
import { openLoopLoad } from "../packages/collector/src/platform/testing/loop-load.ts";
import { LOOP_PROBES } from "../packages/collector/src/platform/testing/loop-probes.ts";
import { TurnMeter } from "../packages/collector/src/platform/testing/turn-meter.ts";

const MAX_TURN_MS = 50;

const { values: options } = parseArgs({
  options: {
    sessions: { type: "string", default: "1000000" },
    changed: { type: "string" },
    only: { type: "string", default: "" },
    store: { type: "string", default: "sqlite" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "stillhere-loop-"));
const redis = options.store === "redis" ? await RedisServer.start() : null;
const address = { memory: "memory:", sqlite: `sqlite:${join(folder, "load.db")}` }[options.store];
const store = await openStore(address ?? redis?.url ?? options.store);

const sessions = Number(options.sessions);
const changed = Number(options.changed ?? sessions);
const load = await openLoopLoad(store, { sessions, changed });
console.log(`${options.store}, ${sessions.toLocaleString("en")} sessions\n`);
console.log("| longest turn | all turns | route or timer |\n| --- | --- | --- |");
for (const { name, run } of LOOP_PROBES) {
  if (!name.includes(options.only)) continue;
  const before = process.threadCpuUsage();
  const meter = new TurnMeter();
  await run(load);
  const { ms } = await meter.stop();
  const { user, system } = process.threadCpuUsage(before);
  console.log(`| ${ms.toFixed(1)} ms | ${Math.round((user + system) / 1_000)} ms | ${name} |`);
  if (ms > MAX_TURN_MS) process.exitCode = 1;
}
await load.runtime.close();
await redis?.stop();
rmSync(folder, { recursive: true, force: true });
