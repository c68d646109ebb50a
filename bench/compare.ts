/**
 * Compares the ingest rate of this checkout with another one: both collectors run at once, and are
 * loaded in turn. A second collector of the other checkout shows how far equal code differs.
 *
 *     node bench/compare.ts --with DIR [--turns 60] [--sessions 20000] [--store sqlite|memory|redis]
 *
 * Both checkouts must be installed and built. Turns are short, so that other work on the machine meets all alike.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { RedisServer } from "../e2e/support/redis.ts";
import { median, percentile } from "./figures.ts";
import { BenchFixture, Server } from "./fixture.ts";

const { values: options } = parseArgs({
  options: {
    with: { type: "string" },
    turns: { type: "string", default: "60" },
    sessions: { type: "string", default: "20000" },
    store: { type: "string", default: "sqlite" },
  },
});
if (!options.with) throw new Error("Name the other checkout with --with DIR.");
const sessions = Number(options.sessions);
const WARM_UP_MS = 8_000;
const SHORT_WARM_UP_MS = 100;
const MEASURE_MS = 500;

const fixture = new BenchFixture();

const redisServers = new Map<string, RedisServer>();

/** The address of an empty store. */
async function storeFor(name: string): Promise<string> {
  if (options.store === "memory") return "memory:";
  if (options.store === "sqlite") return `sqlite:${fixture.path(name)}`;
  const server = await RedisServer.start("--appendonly", "no", "--save", "");
  redisServers.set(name, server);
  return server.url;
}

/** Processor time of the collector's own Redis since it started. */
function redisCpuMs(name: string): number {
  const info = redisServers.get(name)?.command("INFO", "cpu") ?? "";
  const seconds = [...info.matchAll(/used_cpu_(?:user|sys):([\d.]+)/g)].map(([, each]) =>
    Number(each),
  );
  return 1_000 * seconds.reduce((sum, each) => sum + each, 0);
}

async function start(checkout: string, name: string): Promise<Server> {
  const file = new URL("bench/collector-server.ts", pathToFileURL(`${resolve(checkout)}/`)).href;
  const store = await storeFor(name);
  const { keys } = fixture;
  // Earlier checkouts call it `isFilling`.
  const fill = { store, sessions, keys, fillOnly: true, isFilling: true };
  if (store !== "memory:") await (await Server.start(file, fill)).stop();
  return Server.start(file, { store, sessions, keys });
}

const servers = {
  other: await start(options.with, "other"),
  sameAsOther: await start(options.with, "sameAsOther"),
  here: await start(".", "here"),
};
type Name = keyof typeof servers;
const names = Object.keys(servers) as Name[];

async function measure(name: Name, warmUpMs: number, measureMs: number) {
  const server = servers[name];
  const before = await server.figures();
  const redisBefore = redisCpuMs(name);
  const result = await fixture.runLoad(server, { sessions, warmUpMs, measureMs });
  const after = await server.figures();
  const cpuMicros = ((after.cpuMs - before.cpuMs) * 1_000) / result.total;
  const redisMicros = ((redisCpuMs(name) - redisBefore) * 1_000) / result.total;
  return { perSecond: result.perSecond, cpuMicros, redisMicros, rssBytes: after.rssBytes };
}

for (const name of names) await measure(name, 0, WARM_UP_MS);
const turns: Record<Name, Awaited<ReturnType<typeof measure>>>[] = [];
for (let turn = 0; turn < Number(options.turns); turn += 1) {
  const order = names.map((_, index) => names[(index + turn) % names.length] as Name);
  const measured = {} as (typeof turns)[number];
  for (const name of order) measured[name] = await measure(name, SHORT_WARM_UP_MS, MEASURE_MS);
  turns.push(measured);
}

function report(what: string, ratioOf: (turn: (typeof turns)[number], name: Name) => number): void {
  for (const name of ["here", "sameAsOther"] as const) {
    const ratios = turns.map((turn) => ratioOf(turn, name)).sort((a, b) => a - b);
    const [low, middle, high] = [
      percentile(ratios, 0.25),
      median(ratios),
      percentile(ratios, 0.75),
    ];
    const label = `${what}, ${name === "here" ? "this checkout" : "the other against itself"}`;
    console.log(
      `${label.padEnd(58)} ${middle.toFixed(3)}   quartiles ${low.toFixed(3)} to ${high.toFixed(3)}`,
    );
  }
}

report("Signals per second, ratio", (turn, name) => turn[name].perSecond / turn.other.perSecond);
report(
  "Processor time per signal, ratio",
  (turn, name) => turn[name].cpuMicros / turn.other.cpuMicros,
);
if (options.store === "redis") {
  const ratioOf = (turn: (typeof turns)[number], name: Name) =>
    turn[name].redisMicros / turn.other.redisMicros;
  report("Redis's processor time per signal, ratio", ratioOf);
}
report("Resident memory, ratio", (turn, name) => turn[name].rssBytes / turn.other.rssBytes);

for (const server of Object.values(servers)) await server.stop();
await fixture.tearDown();
for (const server of redisServers.values()) await server.stop();
