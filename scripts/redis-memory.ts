/**
 * `node scripts/redis-memory.ts [sessions]` (default a million): measures the memory of a live session in
 * Redis with its indexes, deadline and log entries, and the time to search all sessions for one user's.
 * Starts its own server and fills it as collectors would, with sessions that have a ticket and one
 * beating page each.
 */
import { setTimeout as pause } from "node:timers/promises";
import { RedisServer } from "../e2e/support/redis.ts";
import { Clock } from "../packages/collector/src/engine/clock.ts";
import { Engine } from "../packages/collector/src/engine/engine.ts";
import { RedisStore } from "../packages/collector/src/stores/redis/redis-store.ts";

const wanted = Number(process.argv[2] ?? 1_000_000);
const BATCH = 1_000;
const MAX_BYTES = 1_000;

const server = await RedisServer.start("--appendonly", "no");
const store = await RedisStore.open(server.url);
const engine = new Engine(store, new Clock(() => Date.now()));
try {
  await engine.changeSettings("default", {
    overrides: { "presence.mode": "on" },
  });
  const before = usedBytes();
  const startedAt = performance.now();
  for (let first = 0; first < wanted; first += BATCH) {
    const ids = Array.from(
      { length: Math.min(BATCH, wanted - first) },
      (_, index) => first + index,
    );
    await Promise.all(ids.map(begin));
    await Promise.all(ids.map((id) => signal(id, "open", 1)));
    await Promise.all(ids.map((id) => signal(id, "beat", 1_000)));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await settle();
  const perSession = (usedBytes() - before) / wanted;
  const entries = Number(server.command("XLEN", "stillhere:{@default}:log"));
  console.log(
    `${wanted.toLocaleString("en")} sessions with a ticket and a page, ${entries.toLocaleString("en")} log entries: ` +
      `${perSession.toFixed(0)} bytes each (filled in ${seconds.toFixed(0)} s)`,
  );
  const searchedAt = performance.now();
  await store.sessionsOf("default", "user_0", null, 100);
  const searchSeconds = (performance.now() - searchedAt) / 1_000;
  console.log(`  searched for one user in ${searchSeconds.toFixed(1)} s`);
  for (const [name, bytes] of largest()) console.log(`  ${name.padEnd(28)} ${bytes.toFixed(0)}`);
  if (perSession > MAX_BYTES) throw new Error(`A session takes more than ${MAX_BYTES} bytes.`);
} finally {
  await store.close();
  await server.stop();
}

function keyOf(number: number) {
  return { account: "default", id: `conv_${number.toString().padStart(9, "0")}` };
}

function begin(number: number) {
  const ticket = { id: String(4_000_000 + number), status: "open", group: "support" } as const;
  const session = { channel: "web_widget", user: `user_${number}`, ticket };
  const input = { type: "ticket_updated", ticket } as const;
  return engine.submit({ key: keyOf(number), create: session, inputs: [input] });
}

function signal(number: number, signal: "open" | "beat", seq: number) {
  const page = Buffer.from(`page ${number} of many`).toString("base64url").slice(0, 22);
  const input = { type: "signal", page, gen: 0, seq, signal, visible: true, armed: true } as const;
  return engine.submit({ key: keyOf(number), inputs: [input] });
}

function usedBytes(): number {
  return Number(/^used_memory:(\d+)/m.exec(server.command("INFO", "memory"))?.[1]);
}

/** Drains the relay queues: each `due` call, as in the sweep, relays pending entries. */
async function settle(): Promise<void> {
  for (;;) {
    await store.due(0, 1);
    const left = Array.from({ length: 64 }, (_, partition) =>
      Number(server.command("LLEN", `stillhere:{${partition}}:outbox:default`)),
    );
    if (left.every((length) => length === 0)) return;
    await pause(1_000);
  }
}

/** Bytes per session of each kind of key, sampled from one partition. */
function largest(): [string, number][] {
  const sizes = [
    "sessions",
    "terms",
    "changes",
    "waiting",
    "ids",
    "columns",
    "assigned",
    "events",
    "epochs",
  ].map((kind) => {
    const key = `stillhere:{7}:${kind}:default`;
    return [kind, key, 64] as const;
  });
  const shared = [
    ["due", "stillhere:{7}:due", 64],
    ["log", "stillhere:{@default}:log", 1],
    ["index", "stillhere:{@default}:index", 1],
  ] as const;
  return [...sizes, ...shared].map(([kind, key, times]) => {
    const bytes = Number(server.command("MEMORY", "USAGE", key, "SAMPLES", "1000")) || 0;
    return [kind, (bytes * times) / wanted];
  });
}
