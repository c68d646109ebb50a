/**
 * How long it takes until somebody who has left is offline, and whether anybody who stays ever is:
 * the real collector with default settings, the example shop, and Chromium. Prints the tables of
 * docs/browsers.md beside what is promised; exit 1 where a promise is missed.
 *
 *     node scripts/departures.ts [--runs N] [--case NAME] [--long]
 *
 * `--long` keeps tabs hidden and frozen for more than six minutes, until Chromium throttles their
 * timers to one a minute. Needs a build and Chromium (`CHROMIUM` says where).
 */
import { parseArgs } from "node:util";
import { TestBrowser } from "../e2e/support/browser.ts";
import { DEPARTURES, STAYS } from "../e2e/support/departure-cases.ts";
import { Guest } from "../e2e/support/guest.ts";
import { measureRequests } from "../e2e/support/request-rates.ts";
import { TestSite } from "../e2e/support/site.ts";
import { pause, until } from "../e2e/support/wait.ts";
import { Fixture } from "../e2e/visitor.ts";

/** Longer than any visible lease with its buffer, and than any buffer after a leave. */
const PATIENCE_MS = 36_000;
/** The promise of a lost network. */
const NETWORK_LOST_LIMIT = 31;
/** Between two guests whose network is lost: their beats must not come at the same moment. */
const BETWEEN_GUESTS_MS = 2_000;
/** Six minutes, and then some. */
const LONG_MS = 390_000;
const REQUESTS_MS = 300_000;

/** Back to the defaults, which {@link Fixture} shortens for tests. */
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

let areKept = true;

function note(text: string): void {
  console.error(`${new Date().toISOString()} ${text}`);
}

/** Seconds from `leftAt` to the transition to offline, by the collector's own clock. */
async function offlineAfter(scene: Fixture, session: string, leftAt: number): Promise<number> {
  const isGone = async () => {
    const history = await scene.collector.history(session);
    return history.find(({ to, at }) => to.presence === "offline" && Date.parse(at) > leftAt);
  };
  for (const deadline = leftAt + 300_000; Date.now() < deadline; await pause(250)) {
    const transition = await isGone();
    if (transition) return (Date.parse(transition.at) - leftAt) / 1000;
  }
  return Number.POSITIVE_INFINITY;
}

function printTimes(name: string, times: readonly number[], limit: number | null): void {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const worst = sorted.at(-1) ?? Number.NaN;
  const isMissed = limit !== null && !(worst <= limit);
  if (isMissed) areKept = false;
  const cells = [name, median.toFixed(1), worst.toFixed(1), times.length, limit ?? "–"];
  console.log(`| ${cells.join(" | ")} |${isMissed ? " MISSED" : ""}`);
}

/** One guest leaves; resolves when they have left, to the time that it takes. */
async function leaveOnce(scene: Fixture, one: (typeof DEPARTURES)[number], elsewhere: string) {
  const visitor = await scene.visitor();
  try {
    const page = await visitor.chat();
    await one.prepare?.(visitor, page);
    const leftAt = Date.now();
    await one.leave(visitor, page, elsewhere);
    // Whatever the browser still has to say.
    await pause(2_000);
    // Not to be waited for here: the next guest need not stand in line.
    return { after: offlineAfter(scene, visitor.session, leftAt) };
  } finally {
    await visitor.browser.stop();
  }
}

async function measureDepartures(scene: Fixture, elsewhere: string): Promise<void> {
  console.log(
    "\n| departure | median s | worst s | runs | limit s |\n| --- | --- | --- | --- | --- |",
  );
  for (const one of DEPARTURES.filter(isWanted)) {
    note(one.name);
    const pending: Promise<number>[] = [];
    for (let done = 0; done < runs; done += 1) {
      pending.push((await leaveOnce(scene, one, elsewhere)).after);
    }
    printTimes(one.name, await Promise.all(pending), one.limit);
  }
  if (isWanted({ name: NETWORK_LOST })) await measureLostNetwork(scene);
}

/** All at once, for it is lost for all of them. */
async function measureLostNetwork(scene: Fixture): Promise<void> {
  note(NETWORK_LOST);
  const browser = await TestBrowser.start();
  const guests: Guest[] = [];
  while (guests.length < runs) {
    guests.push(await Guest.arrive(scene, browser));
    await pause(BETWEEN_GUESTS_MS);
  }
  const cutAt = Date.now();
  scene.line.cut();
  const times = guests.map(({ session }) => offlineAfter(scene, session, cutAt));
  printTimes(NETWORK_LOST, await Promise.all(times), NETWORK_LOST_LIMIT);
  await browser.stop();
  scene.line.restore();
}

async function measureStays(scene: Fixture): Promise<void> {
  const stays = STAYS.filter(isWanted);
  if (stays.length === 0) return;
  const absences = new Map<string, number>(stays.map(({ name }) => [name, 0]));
  for (let done = 0; done < runs; done += 1) {
    note(`stays, ${done + 1} of ${runs}`);
    const browser = await TestBrowser.start();
    const staying = [];
    for (const stay of stays) {
      const guest = await Guest.arrive(scene, browser);
      await stay.act(guest);
      staying.push({ stay, guest });
    }
    await pause(PATIENCE_MS);
    for (const { stay, guest } of staying) {
      await stay.end?.(guest);
      const count = (await guest.absences()).length;
      absences.set(stay.name, (absences.get(stay.name) ?? 0) + count);
    }
    await browser.stop();
  }
  console.log("\n| stay | times offline | runs |\n| --- | --- | --- |");
  for (const [name, count] of absences) {
    if (count > 0) areKept = false;
    console.log(`| ${name} | ${count} | ${runs} |${count > 0 ? " MISSED" : ""}`);
  }
}

const scene = await Fixture.setUp();
const site = await TestSite.start();
try {
  site.serve("/", "Another site");
  const patch = { presence: DEFAULTS, origins: [scene.shop.url, site.url] };
  await scene.collector.ask("PATCH", "/v1/settings", patch);
  await until("the shop", async () => (await fetch(scene.shop.url)).ok);
  await measureDepartures(scene, `${site.url}/`);
  await measureStays(scene);
  const durationMs = isLong ? LONG_MS : REQUESTS_MS;
  if (!options.case) {
    note(`requests, for ${durationMs / 1000} s`);
    if (!(await measureRequests(scene, site, durationMs))) areKept = false;
  }
} finally {
  await site.close();
  await scene.tearDown();
}
process.exitCode = areKept ? 0 : 1;
