/**
 * The console with more sessions than it shows at first, and before it has heard from the collector. What it waits for is
 * counted instead of timed, so that a busy machine changes nothing.
 */
import type { HTTPRequest, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector } from "./support/collector.ts";
import { ConsolePage, openConsole } from "./support/console-page.ts";

/** A request reads a hundred, and a group shows two hundred. More change nothing of what is waited for. */
const SESSIONS = 250;
const AT_THE_SAME_TIME = 50;

let collector: TestCollector;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  collector = await TestCollector.start();
  browser = await TestBrowser.start();
  let created = 0;
  const create = async (): Promise<void> => {
    while (created < SESSIONS) {
      created += 1;
      const path = `/v1/sessions/conv_${created}/events`;
      await collector.request("POST", path, { type: "end_user_message" });
    }
  };
  await Promise.all(Array.from({ length: AT_THE_SAME_TIME }, create));
  page = await browser.open();
});
afterAll(async () => {
  await browser.stop();
  await collector.stop();
});

/** Holds the requests that are to be held until it is released. */
async function hold(isHeld: (request: HTTPRequest) => boolean) {
  const held: HTTPRequest[] = [];
  let isOpen = false;
  const decide = (request: HTTPRequest) => {
    if (isOpen || !isHeld(request)) return void request.continue();
    held.push(request);
  };
  await page.setRequestInterception(true);
  page.on("request", decide);
  return async () => {
    isOpen = true;
    await Promise.all(held.map((request) => request.continue()));
    page.off("request", decide);
    await page.setRequestInterception(false);
  };
}

it("paints before the collector answers anything but the console's own files", async () => {
  const release = await hold((request) => request.url().includes("/v1/"));
  await page.goto(`${collector.url}/console`, { waitUntil: "domcontentloaded" });
  await page.waitForFunction(
    () => performance.getEntriesByName("first-contentful-paint").length > 0,
    { polling: 50 },
  );
  expect(await page.$eval("h1", ({ textContent }) => textContent)).toBe("stillhere");
  await release();
});

it("shows the first rows once the first hundred sessions are read", async () => {
  let pagesRead = 0;
  const release = await hold((request) => {
    if (!request.url().includes("/v1/sessions?")) return false;
    pagesRead += 1;
    return pagesRead > 1;
  });
  await openConsole(page, collector);
  await page.waitForSelector("[data-session]");
  expect((await page.$$("[data-session]")).length).toBe(100);
  await release();
});

it("has the search before the hundreds of rows, and finds what is typed", async () => {
  await page.waitForSelector("[data-group=waiting] .rest");
  const presses = await page.evaluate(() => {
    const focusable = "a[href], button:not([disabled]), input, summary";
    const all = [...document.querySelectorAll<HTMLElement>(focusable)];
    const visible = all.filter((element) => element.checkVisibility());
    return visible.findIndex(({ id }) => id === "search");
  });
  expect(presses).toBeGreaterThan(0);
  expect(presses).toBeLessThan(20);
  await new ConsolePage(page).pressOn("#search");
  const [first] = await page.$$eval("[data-session]", (rows) =>
    rows.map((row) => row.getAttribute("data-session")),
  );
  await page.keyboard.type(`${first}`);
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll("[data-session]")].every((row) =>
        row.getAttribute("data-session")?.includes(wanted ?? ""),
      ),
    { polling: 50 },
    first,
  );
  expect((await page.$$("[data-session]")).length).toBeGreaterThan(0);
});
