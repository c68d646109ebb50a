/**
 * A collector with visitors of whom nothing more is heard: `node departing-server.ts STORE SILENT
 * OVER_MS BEATING`. The silent ones were heard last within OVER_MS, so that their verdicts are due
 * within as long; the others are left to beat.
 */
import { Accounts } from "../packages/collector/src/engine/accounts.ts";
import { Engine } from "../packages/collector/src/engine/engine.ts";
import { createKeys } from "../packages/collector/src/engine/keys.ts";
import { startCollector } from "../packages/collector/src/platform/node.ts";
import { openStore } from "../packages/collector/src/platform/open-store.ts";
import { LatenessMeter } from "./lateness.ts";
import { ACCOUNT, fill, ORIGIN } from "./visitors.ts";

const [address = "", silent = "0", overMs = "0", beating = "0"] = process.argv.slice(2);
const STEP = 1_000;
/** Long enough to make a hundred thousand sessions meanwhile. */
const LEASE_S = 30;
const BUFFER_S = 30;

const meter = new LatenessMeter();
const store = meter.watch(await openStore(address));
/** Stands still while sessions are made, however long that takes. */
const clock = { at: Date.now(), now: () => clock.at };
const accounts = new Accounts(store, clock);
const keys = createKeys();
await accounts.put(ACCOUNT, { keys });
const engine = new Engine(store, clock);
await engine.hear();
await engine.changeSettings(ACCOUNT, {
  overrides: {
    "presence.mode": "on",
    origins: [ORIGIN],
    "presence.bufferSeconds": BUFFER_S,
    "presence.leaseSeconds.visible": LEASE_S,
  },
});
const [count, over] = [Number(silent), Number(overMs)];
const startedAt = Date.now();
for (let first = 0; first < count; first += STEP) {
  clock.at = startedAt + Math.floor((first / count) * over);
  const start = Number(beating) + first;
  await fill(engine, start, Math.min(start + STEP, Number(beating) + count));
}
clock.at = Math.max(clock.at, Date.now());
await fill(engine, 0, Number(beating));
await engine.idle();
// The making was no outage.
await store.hear(Date.now(), Number.MAX_SAFE_INTEGER);
const collector = await startCollector({
  store,
  host: "127.0.0.1",
  port: 0,
  onError: (error) => console.error(error instanceof Error ? error.message : error),
});
const dueFromAt = startedAt + (LEASE_S + BUFFER_S) * 1_000;
process.on("message", () => process.send?.(meter.read()));
process.send?.({ port: Number(new URL(collector.url).port), keys, dueFromAt });
