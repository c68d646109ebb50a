/**
 * What the SDK sends, and how it affects the host page.
 */
import type { Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import {
  freezeObstacles,
  killRenderers,
  openTabList,
  setFrozen,
} from "./support/chromium-pages.ts";
import { Recorder, TAG_TRANSPORTS } from "./support/recorder.ts";
import { presenceTag, TestSite } from "./support/site.ts";
import { until } from "./support/wait.ts";

const BEAT_MS = 300;

let recorder: Recorder;
let site: TestSite;
let browser: TestBrowser;

beforeAll(async () => {
  recorder = await Recorder.start(BEAT_MS);
  site = await TestSite.start();
});
afterAll(async () => {
  await site.close();
  await recorder.close();
});
beforeEach(async () => {
  browser = await TestBrowser.start();
});
afterEach(() => browser.stop());

/** Opens a page of a new session; resolves when its first signal has arrived. */
async function open(session: string, origin = site.url): Promise<Page> {
  const tag = presenceTag({ collector: recorder.url, key: "pk_test", session });
  site.serve(`/${session}`, TAG_TRANSPORTS + tag, {
    "Set-Cookie": "of=the-shop",
    // The policy that reveals the most.
    "Referrer-Policy": "unsafe-url",
  });
  const page = await browser.open();
  await page.goto(`${origin}/${session}`);
  await waitForSignal(session, "open");
  return page;
}

function waitForSignal(session: string, type: string): Promise<unknown> {
  return until(`${type} of ${session}`, async () =>
    recorder.requestsOf(session).some(({ signal }) => signal?.type === type),
  );
}

describe("a signal", () => {
  it.each([
    ["another site", () => site.url],
    ["the collector's own site", () => site.sameSiteUrl],
  ])("is sent without preflight, cookie and referrer from %s", async (_, origin) => {
    const session = `wire_${Math.random().toString(36).slice(2)}`;
    const page = await open(session, origin());
    expect(await page.evaluate(() => document.cookie)).toBe("of=the-shop");
    await waitForSignal(session, "beat");
    const other = await browser.open();
    await waitForSignal(session, "hidden");
    await setFrozen(page, true);
    await waitForSignal(session, "freeze");
    await setFrozen(page, false);
    await waitForSignal(session, "resume");
    await page.bringToFront();
    await waitForSignal(session, "visible");
    await page.goto(`${site.url}/nothing`);
    await waitForSignal(session, "leave");
    await page.goBack();
    await until("a second generation", async () =>
      recorder.requestsOf(session).some(({ signal }) => (signal?.gen ?? 0) > 1),
    );
    await killRenderers(page.browser());
    await until("a deferred leave", async () =>
      recorder.requestsOf(session).some(({ transport }) => transport === "fetchLater"),
    );
    await other.close().catch(() => {});

    const all = recorder.requestsOf();
    // There is no beacon where the browser holds a deferred leave: a beacon would duplicate it.
    expect(new Set(all.map(({ transport }) => transport))).toEqual(
      new Set(["fetch", "fetchLater"]),
    );
    expect(all.filter(({ method }) => method !== "POST")).toEqual([]);
    expect(all.map(({ headers }) => headers.cookie ?? headers.referer).filter(Boolean)).toEqual([]);
  });
});

describe("the host page", () => {
  it("is restored from the back/forward cache, and opens a new generation", async () => {
    const page = await open("restored");
    await page.evaluate(() => {
      addEventListener("pageshow", ({ persisted }) => {
        document.documentElement.dataset["restored"] = String(persisted);
      });
    });
    await page.goto(`${site.url}/nothing`);
    await waitForSignal("restored", "leave");
    await page.goBack();
    await page.waitForSelector("[data-restored=true]");
    await until("the next generation", async () =>
      recorder
        .requestsOf("restored")
        .some(({ signal }) => signal?.type === "open" && signal.gen > 0),
    );
    const reasons = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation");
      return (navigation as PerformanceNavigationTiming & { notRestoredReasons: unknown })
        .notRestoredReasons;
    });
    expect(reasons).toBeNull();
  });

  it("can be frozen like a page without presence", async () => {
    site.serve("/plain", "Only text");
    site.serve(
      "/held",
      `<script>navigator.locks.request("a", () => new Promise(() => {}))</script>`,
    );
    const urls = [`${site.url}/plain`, `${site.url}/held`] as const;
    for (const url of urls) await (await browser.open()).goto(url);
    const page = await open("freezable");
    await waitForSignal("freezable", "beat");
    const list = await openTabList(page.browser());
    // A page that is still loading or was just shown has obstacles of its own for a moment.
    const [held] = await until("the same obstacles as a plain page", async () => {
      const [plain, held, own] = await Promise.all(
        [...urls, page.url()].map((url) => freezeObstacles(list, url)),
      );
      return JSON.stringify(own) === JSON.stringify(plain) && [held, plain];
    });
    expect(held).not.toEqual(await freezeObstacles(list, urls[0]));
  });
});
