/**
 * Measures how long visitors who leave take to be offline, and whether visitors who stay ever are. Runs
 * the real collector with default settings, the example shop, and Chromium. Prints the tables of
 * docs/browsers.md with their limits, and exits with 1 if one is missed.
 *
 *     node scripts/departures.ts [--runs N] [--case NAME] [--long]
 *
 * `--long` keeps tabs hidden and frozen for more than six minutes, until Chromium throttles their
 * timers to one a minute. Requires a build and Chromium (path in `CHROMIUM`).
 */
import { parseArgs } from "node:util";
import { TestBrowser } from "../e2e/support/browser.ts";
import { ContextVisitor } from "../e2e/support/context-visitor.ts";
import { DEPARTURES, STAYS } from "../e2e/support/departure-cases.ts";
import { measureRequests } from "../e2e/support/request-rates.ts";
import { TestSite } from "../e2e/support/site.ts";
import { pause, until } from "../e2e/support/wait.ts";
import { Fixture } from "../e2e/visitor.ts";

/** Longer than any visible lease with its buffer, and than any buffer after a leave. */
const STAY_MS = 36_000;
/** The promised limit in seconds after a network loss. */
const NETWORK_LOST_LIMIT = 31;
/** Staggers visitors whose network is lost, so that their beats do not coincide. */
const BETWEEN_VISITORS_MS = 2_000;
/** Somewhat more than six minutes. */
const LONG_MS = 390_000;
const REQUESTS_MS = 300_000;

/** Restores the defaults, which {@link Fixture} shortens for tests. */
const DEFAULTS = {
  bufferSeconds: null,
  beatSeconds: { waiting: null, assigned: null, hidden: null, idle: null },
  leaseSeconds: { visible: null, hidden: null, frozen: null },
};

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    case: { type: "string" },
    long: { type: "boolean", default: false },
  },
});
const runs = Number(options.runs);
const isLong = options.long;

const NETWORK_LOST = "network lost while waiting";

const isWanted = ({ name }: { name: string }) => !options.case || name === options.case;

let arePromisesKept = true;

function log(text: string): void {
  console.error(`${new Date().toISOString()} ${text}`);
}

/** Seconds from `leftAt` to the transition to offline, by the collector's own clock. */
async function offlineAfter(fixture: Fixture, session: string, leftAt: number): Promise<number> {
  const findOffline = async () => {
    const history = await fixture.collector.history(session);
    return history.find(({ to, at }) => to.presence === "offline" && Date.parse(at) > leftAt);
  };
  for (const deadline = leftAt + 300_000; Date.now() < deadline; await pause(250)) {
    const transition = await findOffline();
    if (transition) return (Date.parse(transition.at) - leftAt) / 1000;
  }
  return Number.POSITIVE_INFINITY;
}

function printTimes(name: string, times: readonly number[], limit: number | null): void {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const worst = sorted.at(-1) ?? Number.NaN;
  const isMissed = limit !== null && !(worst <= limit);
  if (isMissed) arePromisesKept = false;
  const cells = [name, median.toFixed(1), worst.toFixed(1), times.length, limit ?? "–"];
  console.log(`| ${cells.join(" | ")} |${isMissed ? " MISSED" : ""}`);
}

/** One visitor leaves; resolves after that to `after`, a promise of the time until offline. */
async function leaveOnce(fixture: Fixture, one: (typeof DEPARTURES)[number], elsewhere: string) {
  const visitor = await fixture.visitor();
  try {
    const page = await visitor.chat();
    await one.prepare?.(visitor, page);
    const leftAt = Date.now();
    await one.leave(visitor, page, elsewhere);
    // Lets the browser send its last signals.
    await pause(2_000);
    // Wrapped in an object, so that the caller can start the next visitor meanwhile.
    return { after: offlineAfter(fixture, visitor.session, leftAt) };
  } finally {
    await visitor.browser.stop();
  }
}

async function measureDepartures(fixture: Fixture, elsewhere: string): Promise<void> {
  console.log(
    "\n| departure | median s | worst s | runs | limit s |\n| --- | --- | --- | --- | --- |",
  );
  for (const one of DEPARTURES.filter(isWanted)) {
    log(one.name);
    const pending: Promise<number>[] = [];
    for (let done = 0; done < runs; done += 1) {
      pending.push((await leaveOnce(fixture, one, elsewhere)).after);
    }
    printTimes(one.name, await Promise.all(pending), one.limitSeconds);
  }
  if (isWanted({ name: NETWORK_LOST })) await measureLostNetwork(fixture);
}

/** All visitors together, because they share the network. */
async function measureLostNetwork(fixture: Fixture): Promise<void> {
  log(NETWORK_LOST);
  const browser = await TestBrowser.start();
  const visitors: ContextVisitor[] = [];
  while (visitors.length < runs) {
    visitors.push(await ContextVisitor.startChat(fixture, browser));
    await pause(BETWEEN_VISITORS_MS);
  }
  const cutAt = Date.now();
  fixture.proxy.cut();
  const times = visitors.map(({ session }) => offlineAfter(fixture, session, cutAt));
  printTimes(NETWORK_LOST, await Promise.all(times), NETWORK_LOST_LIMIT);
  await browser.stop();
  fixture.proxy.restore();
}

async function measureStays(fixture: Fixture): Promise<void> {
  const stays = STAYS.filter(isWanted);
  if (stays.length === 0) return;
  const absences = new Map<string, number>(stays.map(({ name }) => [name, 0]));
  for (let done = 0; done < runs; done += 1) {
    log(`stays, ${done + 1} of ${runs}`);
    const browser = await TestBrowser.start();
    const staying = [];
    for (const stay of stays) {
      const visitor = await ContextVisitor.startChat(fixture, browser);
      await stay.act(visitor);
      staying.push({ stay, visitor });
    }
    await pause(STAY_MS);
    for (const { stay, visitor } of staying) {
      await stay.end?.(visitor);
      const count = (await visitor.offlineTransitions()).length;
      absences.set(stay.name, (absences.get(stay.name) ?? 0) + count);
    }
    await browser.stop();
  }
  console.log("\n| stay | times offline | runs |\n| --- | --- | --- |");
  for (const [name, count] of absences) {
    if (count > 0) arePromisesKept = false;
    console.log(`| ${name} | ${count} | ${runs} |${count > 0 ? " MISSED" : ""}`);
  }
}

const fixture = await Fixture.setUp();
const site = await TestSite.start();
try {
  site.serve("/", "Another site");
  const patch = { presence: DEFAULTS, origins: [fixture.shop.url, site.url] };
  await fixture.collector.request("PATCH", "/v1/settings", patch);
  await until("the shop", async () => (await fetch(fixture.shop.url)).ok);
  await measureDepartures(fixture, `${site.url}/`);
  await measureStays(fixture);
  const durationMs = isLong ? LONG_MS : REQUESTS_MS;
  if (!options.case) {
    log(`requests, for ${durationMs / 1000} s`);
    if (!(await measureRequests(fixture, site, durationMs))) arePromisesKept = false;
  }
} finally {
  await site.close();
  await fixture.tearDown();
}
process.exitCode = arePromisesKept ? 0 : 1;
