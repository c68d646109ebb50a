/**
 * What arrives when people leave, or only seem to: every case in real Chromium and Firefox, some
 * times each, with the real SDK and a recorder in the collector's place. Prints the tables of
 * docs/browsers.md.
 *
 *     node scripts/browser-matrix.ts [--runs N] [--browser chromium|firefox] [--case NAME]
 *
 * Needs a build, Chromium (`CHROMIUM` says where), Firefox (`FIREFOX`), and Linux.
 */
import { parseArgs } from "node:util";
import { type Case, DEPARTURES, STAYS, type Visit } from "../e2e/support/matrix-cases.ts";
import { NetworkLine } from "../e2e/support/network-line.ts";
import { BROWSERS, type BrowserName, PlainBrowser } from "../e2e/support/plain-browser.ts";
import { MARK_WAYS, type Recorded, Recorder, WAYS, type Way } from "../e2e/support/recorder.ts";
import { presenceTag, TestSite } from "../e2e/support/site.ts";
import { pause, until } from "../e2e/support/wait.ts";

/** So that whoever goes on is heard soon. */
const BEAT_MS = 1_000;
/** What has not come by then never comes: nothing here is further away than this machine. */
const SETTLE_MS = 1_500;
/** Whoever goes on is heard by then, also where a hidden tab's timers run once a second. */
const GOES_ON_MS = 2_500;
/** A page needs a moment after it has been heard: its answer, and its deferred leave. */
const BREATH_MS = 300;

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "10" },
    browser: { type: "string" },
    case: { type: "string" },
  },
});
const runs = Number(options.runs);
const wantedBrowsers = BROWSERS.filter((name) => !options.browser || name === options.browser);

let recorder: Recorder;
let site: TestSite;
let elsewhere: TestSite;
let sessions = 0;

/** What one run showed. */
interface Outcome {
  /** A leave arrived by this way. */
  readonly left: (way: Way) => boolean;
  /** The browser held a deferred leave; the SDK then sends no beacon. */
  readonly isArmed: boolean;
  /** What the first leave said of where to; empty: nothing. */
  readonly to: string;
  /** A page of the session spoke after the last leave. */
  readonly isHeard: boolean;
}

async function run(one: Case, browser: PlainBrowser): Promise<Outcome> {
  sessions += 1;
  const session = `run_${sessions}`;
  const line = one.wantsLine ? await NetworkLine.to(recorder.url) : null;
  const paths = [`/${session}`, `/${session}/next`] as const;
  const visit = {
    next: site.url + paths[1],
    elsewhere: `${elsewhere.nearUrl}/`,
    url: site.url + paths[0],
  };
  const tagFor = (session: string) =>
    MARK_WAYS + presenceTag({ collector: line?.url ?? recorder.url, key: "pk_matrix", session });
  const looksAtNext = one.looksAt === "prerendered";
  site.serve(paths[0], tagFor(session) + (one.body?.(visit) ?? ""), one.headers);
  // It tells its own server that it runs, and how.
  const ran = `<script>fetch(location.pathname + "/ran-" + document.prerendering)</script>`;
  site.serve(paths[1], ran + tagFor(looksAtNext ? `${session}_next` : session));

  const heard: Visit["heard"] = (type, times = 1) =>
    until(`${type} of ${one.name}`, async () => {
      const pages = recorder.of(session).flatMap(({ signal }) => {
        return signal?.type === type ? [`${signal.page} ${signal.gen}`] : [];
      });
      return new Set(pages).size >= times;
    });
  await browser.tabs.order("clear");
  const tab = await browser.tabs.order("open", null, visit.url);
  if (!one.isMute) await heard("open");
  await pause(BREATH_MS);
  const prerendered = () =>
    until("a page that is prerendered", async () => site.asked.includes(`${paths[1]}/ran-true`));
  await one.act({ ...visit, browser, tab, heard, prerendered, line });
  const actedAt = Date.now();
  const looked = looksAtNext ? `${session}_next` : session;
  await pause(STAYS.includes(one) ? GOES_ON_MS : SETTLE_MS);
  const outcome = judge(recorder.of(looked), actedAt);
  await line?.close();
  return outcome;
}

function judge(all: readonly Recorded[], actedAt: number): Outcome {
  const leaves = all.filter(({ signal }) => signal?.type === "leave");
  const life = ({ signal }: Recorded) => `${signal?.page} ${signal?.gen}`;
  const ended = new Set(leaves.map(life));
  return {
    left: (way) => leaves.some((leave) => leave.way === way),
    isArmed: all.some(({ signal }) => signal?.armed),
    to: leaves[0]?.signal?.to ?? "",
    isHeard: all.some((each) => each.at > actedAt && !ended.has(life(each))),
  };
}

async function measure(one: Case, name: BrowserName): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let browser: PlainBrowser | null = null;
  let failures = 0;
  const drop = async () => {
    await browser?.stop();
    browser = null;
  };
  try {
    while (outcomes.length < runs) {
      try {
        browser ??= await PlainBrowser.start(name);
        outcomes.push(await run(one, browser));
        if (one.isLast) await drop();
      } catch (error) {
        // The page was never heard, or the browser did not do as it was told: no run, and told.
        console.error(`${one.name}, ${name}: ${error}`);
        failures += 1;
        if (failures > runs) throw error;
        await drop();
      }
    }
  } finally {
    await drop();
  }
  return outcomes;
}

function printHead(title: string): void {
  const ways = WAYS.map((way) => `\`${way}\``);
  const heads = [title, "browser", ...ways, "any", "`to`", "goes on", "wanted"];
  console.log(`\n| ${heads.join(" | ")} |\n|${" --- |".repeat(heads.length)}`);
}

function printRow(one: Case, browser: BrowserName, outcomes: readonly Outcome[]): void {
  const count = (holds: (outcome: Outcome) => boolean) =>
    `${outcomes.filter(holds).length}/${outcomes.length}`;
  const ways = WAYS.map((way) =>
    isUsed(way, browser, outcomes) ? count(({ left }) => left(way)) : "–",
  );
  const any = count(({ left }) => WAYS.some(left));
  const to = [...new Set(outcomes.map(({ to }) => to))].filter(Boolean).join(", ") || "–";
  const cells = [one.name, browser, ...ways, any, to, count(({ isHeard }) => isHeard), one.wanted];
  console.log(`| ${cells.join(" | ")} |`);
}

function isUsed(way: Way, browser: BrowserName, outcomes: readonly Outcome[]): boolean {
  if (way === "fetchLater") return browser !== "firefox";
  return way === "fetch" || !outcomes.some(({ isArmed }) => isArmed);
}

async function printVersions(): Promise<void> {
  for (const name of wantedBrowsers) {
    const browser = await PlainBrowser.start(name);
    console.log(`${name}: ${await browser.version()}, ${runs} runs of each case`);
    await browser.stop();
  }
}

recorder = await Recorder.start(BEAT_MS);
site = await TestSite.start();
elsewhere = await TestSite.start();
elsewhere.serve("/", "Another site");
site.serve("/file", "A file", { "Content-Disposition": "attachment; filename=file.txt" });
try {
  await printVersions();
  for (const [title, cases] of [
    ["departure", DEPARTURES],
    ["stay", STAYS],
  ] as const) {
    const wanted = cases.filter(({ name }) => !options.case || name === options.case);
    if (wanted.length > 0) printHead(title);
    for (const one of wanted) {
      for (const browser of wantedBrowsers.filter((name) => !one.only || one.only === name)) {
        printRow(one, browser, await measure(one, browser));
      }
    }
  }
} finally {
  await site.close();
  await elsewhere.close();
  await recorder.close();
}
