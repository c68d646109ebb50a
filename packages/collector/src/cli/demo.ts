/**
 * `stillhere demo`: a collector on an SQLite file, a shop with a chat, and the console. The shop is
 * a separate process that has only the collector's address and keys, as a customer's shop would.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import { createKeys, type FreshKeys, randomText } from "../engine/keys.ts";
import { logError } from "../platform/log.ts";
import { type Collector, startCollector } from "../platform/node.ts";
import { openStore } from "../platform/open-store.ts";
import { UnreleasedFileError } from "../stores/sqlite/schema.ts";
import type { Store } from "../stores/store.ts";
import { listenError, UsageError } from "./failure.ts";
import { stopOnSignal } from "./serve.ts";

const FOLDER = ".stillhere";
/** In the audit log. */
const BY = { cli: "demo" };
const SHOP = fileURLToPath(new URL("../demo-shop/server.js", import.meta.url));

export interface DemoOptions {
  readonly host: string;
  /** The collector's port; the shop listens on the next one. */
  readonly port: number;
}

export async function demo({ host, port }: DemoOptions): Promise<void> {
  if (!existsSync(SHOP))
    throw new UsageError("The demo shop is not built: run `pnpm build` first.");
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  const enterToken = randomText(24);
  const store = await openDemoStore(`${FOLDER}/demo.db`);
  const collector = await startCollector({
    store,
    host,
    port,
    allowPrivateWebhooks: true,
    enterToken,
    onError: logError,
  }).catch((error) => {
    throw listenError(error, { host, port, portOption: "PORT" });
  });
  const keys = readKeys();
  const shopPort = Number(new URL(collector.url).port) + 1;
  await prepareAccount(collector, keys, shopPort);
  const shop = startShop(collector.url, host, shopPort, keys);
  stopOnSignal(collector, () => shop.kill());
  shop.once("exit", (code) => {
    if (code === 0 || code === null) return;
    console.error(`The shop could not start: is port ${shopPort} taken? Choose another with PORT.`);
    process.exit(2);
  });
  console.log(`
  Shop     http://${host}:${shopPort}/   write in its chat, then close the tab
  Console  ${collector.url}/console#enter=${enterToken}   watch who is still there

  Ctrl+C stops both.
`);
}

/** Opens the demo's file. One that an unreleased build has written is renamed, and a new one created. */
async function openDemoStore(file: string): Promise<Store> {
  try {
    return await openStore(`sqlite:${file}`);
  } catch (error) {
    if (!(error instanceof UnreleasedFileError)) throw error;
    const aside = `${file}.${Date.now()}.old`;
    for (const suffix of ["", "-wal", "-shm", "-lock"]) {
      if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
    }
    console.log(`The demo's file is of an earlier build: it was renamed to ${aside}.`);
    return openStore(`sqlite:${file}`);
  }
}

/** The demo's keys, kept in a file so that an open shop page still works after a restart. */
function readKeys(): FreshKeys {
  const file = `${FOLDER}/demo-keys.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as FreshKeys;
  const keys = createKeys();
  writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
  return keys;
}

async function prepareAccount(
  { accounts, engine }: Collector,
  keys: FreshKeys,
  shopPort: number,
): Promise<void> {
  if (!accounts.byPublishableKey(keys.publishableKey)) {
    await accounts.put(DEFAULT_ACCOUNT, { keys, by: BY });
  }
  const origins = [`http://127.0.0.1:${shopPort}`, `http://localhost:${shopPort}`];
  const overrides = engine.broadcasts.latest(DEFAULT_ACCOUNT).overrides;
  const demo = { ...overrides, termsAccepted: true, "presence.mode": "on", origins };
  await engine.changeSettings(DEFAULT_ACCOUNT, { overrides: demo }, BY);
}

function startShop(collector: string, host: string, port: number, keys: FreshKeys): ChildProcess {
  return spawn(process.execPath, [SHOP], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      HOST: host,
      PORT: String(port),
      STILLHERE_URL: collector,
      STILLHERE_KEY: keys.publishableKey,
      STILLHERE_SECRET: keys.secretKey,
    },
  });
}
