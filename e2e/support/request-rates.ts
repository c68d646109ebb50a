/**
 * Measures how many requests a page sends, by the state of its session and of the page.
 * @module
 */
import type { Page } from "puppeteer-core";
import type { Fixture } from "../visitor.ts";
import { TestBrowser } from "./browser.ts";
import { setFrozen } from "./chromium-pages.ts";
import { RequestCounter } from "./request-counter.ts";
import { presenceTag, type TestSite } from "./site.ts";
import { pause, until } from "./wait.ts";
import { createWaitingSession } from "./waiting-session.ts";

interface MeasuredPage {
  readonly session: string;
  readonly name: string;
  /** The promised maximum of requests per hour; `null` if there is no promise. */
  readonly maxPerHour: number | null;
  prepare?(fixture: Fixture, page: Page): Promise<unknown>;
}

const PAGES: readonly MeasuredPage[] = [
  { session: "waits", name: "waits, visible", maxPerHour: 360 },
  {
    session: "assigned",
    name: "assigned, visible",
    maxPerHour: 180,
    prepare: (fixture) => sendEvent(fixture, "assigned", { type: "assigned", agent: "ann" }),
  },
  { session: "hidden", name: "waits, hidden", maxPerHour: 80, prepare: (_, page) => hide(page) },
  {
    session: "frozen",
    name: "waits, frozen",
    maxPerHour: 0,
    async prepare(_, page) {
      await hide(page);
      await pause(500);
      await setFrozen(page, true);
    },
  },
  {
    session: "ended",
    name: "after the session has ended",
    maxPerHour: 0,
    prepare: (fixture) => sendEvent(fixture, "ended", { type: "session_ended", by: "agent" }),
  },
];

/** Longer than a beat: a page learns of a new state from the response to its next beat. */
const SETTLE_MS = 25_000;

function sendEvent(fixture: Fixture, session: string, event: object): Promise<unknown> {
  return fixture.collector.request("POST", `/v1/sessions/${session}/events`, event);
}

async function hide(page: Page): Promise<void> {
  await page.browserContext().newPage();
}

/** Requests per hour, between the first and the last one. */
function perHour(times: readonly number[]): number {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  return times.length < 2 ? times.length : ((times.length - 1) / (last - first)) * 3_600_000;
}

/**
 * Opens all pages together, each in a separate window, counts their requests for `durationMs`, and
 * prints the rates.
 * @returns `false` if a rate exceeds its maximum, or a session went offline
 */
export async function measureRequests(
  fixture: Fixture,
  site: TestSite,
  durationMs: number,
): Promise<boolean> {
  const counter = await RequestCounter.start(fixture.collector.url);
  const browser = await TestBrowser.start();
  let arePromisesKept = true;
  try {
    for (const { session, prepare } of PAGES) {
      const tag = await createWaitingSession(fixture, session);
      site.serve(`/${session}`, presenceTag({ ...tag, collector: counter.url }));
      const blank = await browser.open();
      const context = await blank.browser().createBrowserContext();
      await blank.close();
      const page = await context.newPage();
      await page.goto(`${site.url}/${session}`);
      await until(`a request of ${session}`, async () => counter.timesOf(session).length > 0);
      await pause(500);
      await prepare?.(fixture, page);
    }
    await pause(SETTLE_MS);
    const since = Date.now();
    await pause(durationMs);
    console.log(
      `\n| page, for ${durationMs / 1000} s | requests | an hour | limit | times offline |\n|${" --- |".repeat(5)}`,
    );
    for (const { session, name, maxPerHour } of PAGES) {
      const times = counter.timesOf(session, since);
      const rate = Math.round(perHour(times));
      const history = await fixture.collector.history(session);
      const offline = history.filter(({ to }) => to.presence === "offline" && to.state !== "ended");
      const isMissed = (maxPerHour !== null && rate > maxPerHour) || offline.length > 0;
      if (isMissed) arePromisesKept = false;
      const cells = [name, times.length, rate, maxPerHour ?? "–", offline.length];
      console.log(`| ${cells.join(" | ")} |${isMissed ? " MISSED" : ""}`);
    }
    return arePromisesKept;
  } finally {
    await browser.stop();
    await counter.close();
  }
}
