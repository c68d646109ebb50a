/**
 * What travels, and what it costs the page that it comes from.
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
import { MARK_WAYS, Recorder } from "./support/recorder.ts";
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

/** Opens a page of a session of its own; resolves when it has been heard. */
async function open(session: string, origin = site.url): Promise<Page> {
  const tag = presenceTag({ collector: recorder.url, key: "pk_test", session });
  site.serve(`/${session}`, MARK_WAYS + tag, {
    "Set-Cookie": "of=the-shop",
    // The most talkative there is.
    "Referrer-Policy": "unsafe-url",
  });
  const page = await browser.open();
  await page.goto(`${origin}/${session}`);
  await heard(session, "open");
  return page;
}

function heard(session: string, type: string): Promise<unknown> {
  return until(`${type} of ${session}`, async () =>
    recorder.of(session).some(({ signal }) => signal?.type === type),
  );
}

describe("on the wire", () => {
  it.each([
    ["another site", () => site.url],
    ["the collector's own site", () => site.nearUrl],
  ])("there is no preflight, no cookie and no referrer, from %s", async (_, origin) => {
    const session = `wire_${Math.random().toString(36).slice(2)}`;
    const page = await open(session, origin());
    expect(await page.evaluate(() => document.cookie)).toBe("of=the-shop");
    await heard(session, "beat");
    const other = await browser.open();
    await heard(session, "hidden");
    await setFrozen(page, true);
    await heard(session, "freeze");
    await setFrozen(page, false);
    await heard(session, "resume");
    await page.bringToFront();
    await heard(session, "visible");
    await page.goto(`${site.url}/nothing`);
    await heard(session, "leave");
    await page.goBack();
    await until("a second generation", async () =>
      recorder.of(session).some(({ signal }) => (signal?.gen ?? 0) > 1),
    );
    await killRenderers(page.browser());
    await until("a deferred leave", async () =>
      recorder.of(session).some(({ way }) => way === "fetchLater"),
    );
    await other.close().catch(() => {});

    const all = recorder.of();
    // No beacon where the browser holds the leave: a beacon would carry both.
    expect(new Set(all.map(({ way }) => way))).toEqual(new Set(["fetch", "fetchLater"]));
    expect(all.filter(({ method }) => method !== "POST")).toEqual([]);
    expect(all.map(({ headers }) => headers.cookie ?? headers.referer).filter(Boolean)).toEqual([]);
  });
});

describe("the host page", () => {
  it("comes back out of the back/forward cache, and says so", async () => {
    const page = await open("restored");
    await page.evaluate(() => {
      addEventListener("pageshow", ({ persisted }) => {
        document.documentElement.dataset["restored"] = String(persisted);
      });
    });
    await page.goto(`${site.url}/nothing`);
    await heard("restored", "leave");
    await page.goBack();
    await page.waitForSelector("[data-restored=true]");
    await until("the next generation", async () =>
      recorder.of("restored").some(({ signal }) => signal?.type === "open" && signal.gen > 0),
    );
    const reasons = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation");
      return (navigation as PerformanceNavigationTiming & { notRestoredReasons: unknown })
        .notRestoredReasons;
    });
    expect(reasons).toBeNull();
  });

  it("can be frozen as if presence were not there", async () => {
    site.serve("/plain", "Nothing but words");
    site.serve(
      "/held",
      `<script>navigator.locks.request("a", () => new Promise(() => {}))</script>`,
    );
    const urls = [`${site.url}/plain`, `${site.url}/held`] as const;
    for (const url of urls) await (await browser.open()).goto(url);
    const page = await open("freezable");
    await heard("freezable", "beat");
    const list = await openTabList(page.browser());
    const [plain, held, own] = await Promise.all(
      [...urls, page.url()].map((url) => freezeObstacles(list, url)),
    );
    expect(held).not.toEqual(plain);
    expect(own).toEqual(plain);
  });
});
