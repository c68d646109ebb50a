/**
 * Compares what a change of a session costs on Redis, in this checkout and another one: processor time of
 * Redis and of the engine. Both run in turn in this process, each on a Redis of its own.
 *
 *     node bench/changes.ts --with DIR [--turns 20] [--sessions 20000] [--batch 200]
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { RedisServer } from "../e2e/support/redis.ts";
import type * as clocks from "../packages/collector/src/engine/clock.ts";
import type * as engines from "../packages/collector/src/engine/engine.ts";
import type * as stores from "../packages/collector/src/stores/redis/redis-store.ts";
import { median } from "./figures.ts";

const { values } = parseArgs({
  options: {
    with: { type: "string" },
    turns: { type: "string", default: "20" },
    sessions: { type: "string", default: "20000" },
    batch: { type: "string", default: "200" },
  },
});
if (!values.with) throw new Error("Name the other checkout with --with DIR.");
const sessions = Number(values.sessions);
const batch = Number(values.batch);
const CHANGES_PER_TURN = 2_000;
/** Each has its own, so that changes are as far apart as in use. */
const CLOCK_STEP_MS = 37;

interface Side {
  readonly name: string;
  readonly server: RedisServer;
  change(from: number): Promise<void>;
  close(): Promise<void>;
}

async function open(name: string, folder: string): Promise<Side> {
  const source = resolve(folder, "packages/collector/src");
  const { RedisStore }: typeof stores = await import(`${source}/stores/redis/redis-store.ts`);
  const { Engine }: typeof engines = await import(`${source}/engine/engine.ts`);
  const { Clock }: Partial<typeof clocks> = await import(`${source}/engine/clock.ts`);
  const server = await RedisServer.start("--appendonly", "no", "--save", "");
  const store = await RedisStore.open(server.url);
  let now = Date.now();
  // Earlier checkouts have a clock without a class.
  const clock = Clock ? new Clock(() => now) : { now: () => now };
  const engine = new Engine(store, clock as InstanceType<typeof clocks.Clock>);
  await engine.changeSettings("default", { overrides: { "presence.mode": "on" } });
  const keyOf = (number: number) => ({ account: "default", id: `conv_${number % sessions}` });
  for (let first = 0; first < sessions; first += batch) {
    now += CLOCK_STEP_MS;
    const begin = (_: unknown, index: number) => {
      const ticket = { id: `ticket_${first + index}`, status: "open", group: "support" } as const;
      const create = { channel: "web_widget", user: `user_${first + index}`, ticket };
      const inputs = [{ type: "ticket_updated", ticket } as const];
      return engine.submit({ key: keyOf(first + index), create, inputs });
    };
    await Promise.all(Array.from({ length: Math.min(batch, sessions - first) }, begin));
  }
  return {
    name,
    server,
    /** Assigns an agent, or withdraws it in every other round. */
    async change(from) {
      now += CLOCK_STEP_MS;
      const change = (_: unknown, index: number) => {
        // A prime apart, so that those of a batch were last changed at different times.
        const number = (from + index) * 7_919;
        const isAssigned = Math.floor((from + index) / sessions) % 2 === 0;
        const input = isAssigned
          ? ({ type: "assigned", agent: `agent ${number % 50}` } as const)
          : ({ type: "unassigned", requeue: false } as const);
        return engine.submit({ key: keyOf(number), inputs: [input] });
      };
      await Promise.all(Array.from({ length: batch }, change));
    },
    async close() {
      await store.close();
      await server.stop();
    },
  };
}

function redisMicros({ server }: Side): number {
  const info = server.command("INFO", "cpu");
  const seconds = [...info.matchAll(/used_cpu_(?:user|sys):([\d.]+)/g)].map(([, each]) =>
    Number(each),
  );
  return 1e6 * seconds.reduce((sum, each) => sum + each, 0);
}

function ownMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const sides = [await open("other", values.with), await open("here", ".")];
for (const side of sides) side.server.command("CONFIG", "RESETSTAT");
const measured = new Map(sides.map(({ name }) => [name, { redis: [0], engine: [0] }]));
for (const each of measured.values()) each.redis.length = each.engine.length = 0;
for (let turn = 0; turn < Number(values.turns); turn += 1) {
  for (const side of turn % 2 === 0 ? sides : [...sides].reverse()) {
    const before = { redis: redisMicros(side), engine: ownMicros() };
    for (let done = 0; done < CHANGES_PER_TURN; done += batch) {
      await side.change(turn * CHANGES_PER_TURN + done);
    }
    const figures = measured.get(side.name);
    figures?.redis.push((redisMicros(side) - before.redis) / CHANGES_PER_TURN);
    figures?.engine.push((ownMicros() - before.engine) / CHANGES_PER_TURN);
  }
}
for (const [name, { redis, engine }] of measured) {
  const [ofRedis, ofEngine] = [redis, engine].map((each) => median(each.sort((a, b) => a - b)));
  console.log(
    `${name.padEnd(6)} ${ofRedis?.toFixed(1)} µs of Redis and ${ofEngine?.toFixed(1)} µs of the engine for a change`,
  );
}
for (const side of sides) {
  console.log(side.name, side.server.command("INFO", "commandstats"));
  await side.close();
}
