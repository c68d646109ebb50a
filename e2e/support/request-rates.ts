/**
 * How often pages ask the collector for something, each in the state that its desk has given it.
 * @module
 */
import type { Page } from "puppeteer-core";
import type { Fixture } from "../visitor.ts";
import { TestBrowser } from "./browser.ts";
import { setFrozen } from "./chromium-pages.ts";
import { RequestCount } from "./request-count.ts";
import { presenceTag, type TestSite } from "./site.ts";
import { pause, until } from "./wait.ts";
import { beginWaiting } from "./waiting-session.ts";

interface Watched {
  readonly session: string;
  readonly name: string;
  /** Requests an hour that are promised at most; null: nothing is. */
  readonly limit: number | null;
  bring?(scene: Fixture, page: Page): Promise<unknown>;
}

const WATCHED: readonly Watched[] = [
  { session: "waits", name: "waits, visible", limit: 360 },
  {
    session: "assigned",
    name: "assigned, visible",
    limit: 180,
    bring: (scene) => tell(scene, "assigned", { type: "assigned", agent: "ann" }),
  },
  { session: "hidden", name: "waits, hidden", limit: 80, bring: (_, page) => hide(page) },
  {
    session: "frozen",
    name: "waits, frozen",
    limit: 0,
    async bring(_, page) {
      await hide(page);
      await pause(500);
      await setFrozen(page, true);
    },
  },
  {
    session: "ended",
    name: "after the session has ended",
    limit: 0,
    bring: (scene) => tell(scene, "ended", { type: "session_ended", by: "agent" }),
  },
];

/** A page hears of what the desk did by the answer to its next beat. */
const UNTIL_TOLD_MS = 25_000;

function tell(scene: Fixture, session: string, event: object): Promise<unknown> {
  return scene.collector.ask("POST", `/v1/sessions/${session}/events`, event);
}

async function hide(page: Page): Promise<void> {
  await page.browserContext().newPage();
}

/** Requests an hour, from the first to the last that came. */
function perHour(times: readonly number[]): number {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  return times.length < 2 ? times.length : ((times.length - 1) / (last - first)) * 3_600_000;
}

/**
 * Lets pages wait for `durationMs`, all at once and each in a window of its own, and prints what
 * they asked.
 * @returns false where more was asked than is promised, or a session was offline meanwhile
 */
export async function measureRequests(
  scene: Fixture,
  site: TestSite,
  durationMs: number,
): Promise<boolean> {
  const count = await RequestCount.before(scene.collector.url);
  const browser = await TestBrowser.start();
  let isKept = true;
  try {
    for (const { session, bring } of WATCHED) {
      const tag = await beginWaiting(scene, session);
      site.serve(`/${session}`, presenceTag({ ...tag, collector: count.url }));
      const blank = await browser.open();
      const context = await blank.browser().createBrowserContext();
      await blank.close();
      const page = await context.newPage();
      await page.goto(`${site.url}/${session}`);
      await until(`${session} is heard`, async () => count.of(session).length > 0);
      await pause(500);
      await bring?.(scene, page);
    }
    await pause(UNTIL_TOLD_MS);
    const since = Date.now();
    await pause(durationMs);
    console.log(
      `\n| page, for ${durationMs / 1000} s | requests | an hour | limit | times offline |\n|${" --- |".repeat(5)}`,
    );
    for (const { session, name, limit } of WATCHED) {
      const times = count.of(session, since);
      const rate = Math.round(perHour(times));
      const history = await scene.collector.history(session);
      const absences = history.filter(
        ({ to }) => to.presence === "offline" && to.state !== "ended",
      );
      const isMissed = (limit !== null && rate > limit) || absences.length > 0;
      if (isMissed) isKept = false;
      const cells = [name, times.length, rate, limit ?? "–", absences.length];
      console.log(`| ${cells.join(" | ")} |${isMissed ? " MISSED" : ""}`);
    }
    return isKept;
  } finally {
    await browser.stop();
    await count.close();
  }
}
