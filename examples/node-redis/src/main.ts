/**
 * Starts a Redis server and three collectors on it, and prints their addresses. README.md lists the
 * environment variables.
 * @module
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Collector,
  findCommand,
  type Keys,
  saveOrLoadKeys,
  startCollector,
} from "./collectors.ts";
import { startRedis } from "./redis-server.ts";

const COLLECTORS = 3;
const { PORT = "8801", REDIS_PORT = "0", REDIS_URL, DATA_FOLDER = ".stillhere" } = process.env;

const running: { stop(): Promise<void> }[] = [];
let isStopping = false;

/** Stops the collectors before their store. */
async function stop(): Promise<void> {
  isStopping = true;
  for (const each of running.reverse()) await each.stop();
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (!isStopping) void stop().then(() => process.exit(0));
  });
}

try {
  const folder = resolve(DATA_FOLDER);
  mkdirSync(folder, { recursive: true });
  const command = findCommand();
  const store = REDIS_URL ?? (await startOwnRedis(join(folder, "redis")));
  const collectors: Collector[] = [];
  // The first collector creates the account, so the others wait for it.
  for (let index = 0; index < COLLECTORS; index += 1) {
    const port = PORT === "0" ? 0 : Number(PORT) + index;
    const collector = await startCollector(command, store, port);
    collector.process.once("exit", () => {
      if (!isStopping) console.log(`${collector.url} has stopped; the others continue.`);
    });
    running.push(collector);
    collectors.push(collector);
  }
  const printed = collectors.map((each) => each.printed).join("\n");
  printSummary(store, collectors, saveOrLoadKeys(join(folder, "keys.json"), printed));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  await stop();
  process.exit(2);
}

async function startOwnRedis(folder: string): Promise<string> {
  const redis = await startRedis(folder, Number(REDIS_PORT));
  running.push(redis);
  return redis.url;
}

/** Any collector has the console, and any link of theirs is good once. */
function wayInto(collectors: readonly Collector[]): string {
  const [{ url, invitation } = { url: "", invitation: null }] = collectors;
  if (invitation === null) return `${url}/console   sign in with your password`;
  return `${invitation}   good once: choose a password there`;
}

function printSummary(
  store: string,
  collectors: readonly Collector[],
  { publishable, secret }: Keys,
) {
  const rows = collectors.map(({ url, process }) => `  ${url}   process ${process.pid}`);
  console.log(`
  Three collectors on ${store}. Any of them accepts any signal:

${rows.join("\n")}

  Console          ${wayInto(collectors)}
  Publishable key  ${publishable}
  Secret key       ${secret}

  Ctrl+C stops all.
`);
}
