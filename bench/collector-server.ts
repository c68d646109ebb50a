/**
 * A collector with a given number of live sessions, over loopback. It creates missing sessions through
 * its engine.
 */
import { Accounts } from "../packages/collector/src/engine/accounts.ts";
import { createSystemClock } from "../packages/collector/src/engine/clock.ts";
import { Engine } from "../packages/collector/src/engine/engine.ts";
import { startCollector } from "../packages/collector/src/platform/node.ts";
import { openStore } from "../packages/collector/src/platform/open-store.ts";
import { serveFigures } from "./figures.ts";
import { LatenessRecorder } from "./late-verdicts.ts";
import {
  ACCOUNT,
  createSilentSessions,
  fill,
  type Keys,
  ORIGIN,
  SILENT_SETTINGS,
} from "./visitors.ts";

export interface CollectorOptions {
  readonly store: string;
  readonly sessions: number;
  readonly keys: Keys;
  /** Fill the store and exit, so that the serving process starts without that work's memory. */
  readonly fillOnly?: boolean;
  /** Override the account's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Additional sessions whose page is silent: verdicts fall due after `afterMs`, spread over `spreadMs`. */
  readonly silent?: {
    readonly sessions: number;
    readonly afterMs: number;
    readonly spreadMs: number;
  };
}

/** A long lease, so that a visible page stays online even if the load rarely reaches it. */
const SETTINGS = {
  "presence.mode": "on",
  origins: [ORIGIN],
  "presence.leaseSeconds.visible": 3_600,
  ...SILENT_SETTINGS,
};

const options = JSON.parse(process.argv[2] ?? "") as CollectorOptions;
const recorder = new LatenessRecorder();
const store = recorder.wrap(await openStore(options.store));
const clock = createSystemClock();
const accounts = new Accounts(store, clock);
await accounts.refresh();
if (!accounts.byName(ACCOUNT)) {
  await accounts.put(ACCOUNT, { keys: options.keys });
  const overrides = { ...SETTINGS, ...options.settings };
  await new Engine(store, clock).changeSettings(ACCOUNT, { overrides });
}
const engine = new Engine(store, clock);
const present = await store.count(ACCOUNT);
await fill(engine, present, options.sessions);
if (options.fillOnly) {
  await store.close();
  process.send?.({ port: 0 });
  process.exit(0);
}
if (options.silent) await createSilentSessions(store, options.sessions, options.silent);
const collector = await startCollector({
  store,
  host: "127.0.0.1",
  port: 0,
  onError: (error) => console.error(error instanceof Error ? error.message : error),
});
serveFigures(Number(new URL(collector.url).port), {}, () => recorder.takeFigures());
