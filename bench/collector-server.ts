/**
 * A collector with so many live sessions: it fills the store through its engine unless the sessions
 * are there, and serves over loopback.
 */
import { Accounts } from "../packages/collector/src/engine/accounts.ts";
import { createSystemClock } from "../packages/collector/src/engine/clock.ts";
import { Engine } from "../packages/collector/src/engine/engine.ts";
import { startCollector } from "../packages/collector/src/platform/node.ts";
import { openStore } from "../packages/collector/src/platform/open-store.ts";
import { serveFigures } from "./figures.ts";
import { LateVerdicts } from "./late-verdicts.ts";
import { ACCOUNT, fill, type Keys, leaveUnsaid, ORIGIN, SILENT_SETTINGS } from "./visitors.ts";

export interface CollectorOrder {
  readonly store: string;
  readonly sessions: number;
  readonly keys: Keys;
  /** Fill the store and end: a process that serves has not had a million sessions begin in a minute. */
  readonly isFilling?: boolean;
  /** Laid over the account's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Further sessions whose page falls silent, so that their verdicts are due in that time from now. */
  readonly leaving?: {
    readonly sessions: number;
    readonly afterMs: number;
    readonly withinMs: number;
  };
}

/** No page falls silent while it is measured, however seldom its turn comes; but for hidden ones. */
const SETTINGS = {
  "presence.mode": "on",
  origins: [ORIGIN],
  "presence.leaseSeconds.visible": 3_600,
  ...SILENT_SETTINGS,
};

const order = JSON.parse(process.argv[2] ?? "") as CollectorOrder;
const late = new LateVerdicts();
const store = late.watch(await openStore(order.store));
const clock = createSystemClock();
const accounts = new Accounts(store, clock);
await accounts.refresh();
if (!accounts.byName(ACCOUNT)) {
  await accounts.put(ACCOUNT, { keys: order.keys });
  const overrides = { ...SETTINGS, ...order.settings };
  await new Engine(store, clock).changeSettings(ACCOUNT, { overrides });
}
const engine = new Engine(store, clock);
const there = await store.count(ACCOUNT);
await fill(engine, there, order.sessions);
if (order.isFilling) {
  await store.close();
  process.send?.({ port: 0 });
  process.exit(0);
}
if (order.leaving) await leaveUnsaid(store, order.sessions, order.leaving);
const collector = await startCollector({
  store,
  host: "127.0.0.1",
  port: 0,
  onError: (error) => console.error(error instanceof Error ? error.message : error),
});
serveFigures(Number(new URL(collector.url).port), {}, () => late.tell());
