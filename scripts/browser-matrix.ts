/**
 * Measures which signals arrive when visitors leave or only seem to leave. Runs every case several times
 * in real Chromium and Firefox, with the real SDK and a recorder in place of the collector, and prints
 * the tables of docs/browsers.md.
 *
 *     node scripts/browser-matrix.ts [--runs N] [--browser chromium|firefox] [--case NAME]
 *
 * Requires Linux, a build, Chromium (path in `CHROMIUM`) and Firefox (path in `FIREFOX`).
 */
import { parseArgs } from "node:util";
import { type Case, DEPARTURES, STAYS, type Visit } from "../e2e/support/matrix-cases.ts";
import { BROWSERS, type BrowserName, PlainBrowser } from "../e2e/support/plain-browser.ts";
import {
  type RecordedRequest,
  Recorder,
  TAG_TRANSPORTS,
  TRANSPORTS,
  type Transport,
} from "../e2e/support/recorder.ts";
import { presenceTag, TestSite } from "../e2e/support/site.ts";
import { TcpProxy } from "../e2e/support/tcp-proxy.ts";
import { pause, until } from "../e2e/support/wait.ts";

/** Short, so that a page that stays soon sends a beat. */
const BEAT_MS = 1_000;
/** Signals that have not arrived by then are lost: everything runs on this machine. */
const SETTLE_MS = 1_500;
/** Enough for a beat even of a hidden tab, whose timers fire once a second. */
const GOES_ON_MS = 2_500;
/** Lets a page receive the response to its open and schedule its deferred leave. */
const AFTER_OPEN_MS = 300;

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

/** The result of one run. */
interface Outcome {
  /** Whether a leave arrived by this transport. */
  readonly left: (transport: Transport) => boolean;
  /** The browser held a deferred leave, in which case the SDK sends no beacon. */
  readonly isArmed: boolean;
  /** The first leave's destination; empty if it had none. */
  readonly to: string;
  /** A page that did not leave sent a signal after the action. */
  readonly goesOn: boolean;
}

async function run(one: Case, browser: PlainBrowser): Promise<Outcome> {
  sessions += 1;
  const session = `run_${sessions}`;
  const proxy = one.needsProxy ? await TcpProxy.to(recorder.url) : null;
  const paths = [`/${session}`, `/${session}/next`] as const;
  const visit = {
    next: site.url + paths[1],
    elsewhere: `${elsewhere.sameSiteUrl}/`,
    url: site.url + paths[0],
  };
  const tagFor = (session: string) =>
    TAG_TRANSPORTS +
    presenceTag({ collector: proxy?.url ?? recorder.url, key: "pk_matrix", session });
  const observesNext = one.observes === "prerendered";
  site.serve(paths[0], tagFor(session) + (one.body?.(visit) ?? ""), one.headers);
  // The page reports to its own server that it runs, and whether it is prerendering.
  const report = `<script>fetch(location.pathname + "/ran-" + document.prerendering)</script>`;
  site.serve(paths[1], report + tagFor(observesNext ? `${session}_next` : session));

  const waitForSignal: Visit["waitForSignal"] = (type, times = 1) =>
    until(`${type} of ${one.name}`, async () => {
      const pages = recorder.requestsOf(session).flatMap(({ signal }) => {
        return signal?.type === type ? [`${signal.page} ${signal.gen}`] : [];
      });
      return new Set(pages).size >= times;
    });
  await browser.tabs.perform("clear");
  const tab = await browser.tabs.perform("open", null, visit.url);
  if (!one.cannotSend) await waitForSignal("open");
  await pause(AFTER_OPEN_MS);
  const waitForPrerender = () =>
    until("a page that is prerendered", async () =>
      site.requestedPaths.includes(`${paths[1]}/ran-true`),
    );
  await one.act({ ...visit, browser, tab, waitForSignal, waitForPrerender, proxy });
  const actedAt = Date.now();
  const observed = observesNext ? `${session}_next` : session;
  await pause(STAYS.includes(one) ? GOES_ON_MS : SETTLE_MS);
  const outcome = judge(recorder.requestsOf(observed), actedAt);
  await proxy?.close();
  return outcome;
}

function judge(all: readonly RecordedRequest[], actedAt: number): Outcome {
  const leaves = all.filter(({ signal }) => signal?.type === "leave");
  const generation = ({ signal }: RecordedRequest) => `${signal?.page} ${signal?.gen}`;
  const ended = new Set(leaves.map(generation));
  return {
    left: (transport) => leaves.some((leave) => leave.transport === transport),
    isArmed: all.some(({ signal }) => signal?.armed),
    to: leaves[0]?.signal?.to ?? "",
    goesOn: all.some((each) => each.at > actedAt && !ended.has(generation(each))),
  };
}

async function measure(one: Case, name: BrowserName): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let browser: PlainBrowser | null = null;
  let failures = 0;
  const closeBrowser = async () => {
    await browser?.stop();
    browser = null;
  };
  try {
    while (outcomes.length < runs) {
      try {
        browser ??= await PlainBrowser.start(name);
        outcomes.push(await run(one, browser));
        if (one.endsBrowser) await closeBrowser();
      } catch (error) {
        // The page sent nothing, or the browser failed: reported, but not counted as a run.
        console.error(`${one.name}, ${name}: ${error}`);
        failures += 1;
        if (failures > runs) throw error;
        await closeBrowser();
      }
    }
  } finally {
    await closeBrowser();
  }
  return outcomes;
}

function printHead(title: string): void {
  const transports = TRANSPORTS.map((transport) => `\`${transport}\``);
  const heads = [title, "browser", ...transports, "any", "`to`", "goes on", "wanted"];
  console.log(`\n| ${heads.join(" | ")} |\n|${" --- |".repeat(heads.length)}`);
}

function printRow(one: Case, browser: BrowserName, outcomes: readonly Outcome[]): void {
  const count = (holds: (outcome: Outcome) => boolean) =>
    `${outcomes.filter(holds).length}/${outcomes.length}`;
  const transports = TRANSPORTS.map((transport) =>
    isUsed(transport, browser, outcomes) ? count(({ left }) => left(transport)) : "–",
  );
  const any = count(({ left }) => TRANSPORTS.some(left));
  const to = [...new Set(outcomes.map(({ to }) => to))].filter(Boolean).join(", ") || "–";
  const cells = [
    one.name,
    browser,
    ...transports,
    any,
    to,
    count(({ goesOn }) => goesOn),
    one.expected,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

function isUsed(transport: Transport, browser: BrowserName, outcomes: readonly Outcome[]): boolean {
  if (transport === "fetchLater") return browser !== "firefox";
  return transport === "fetch" || !outcomes.some(({ isArmed }) => isArmed);
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
