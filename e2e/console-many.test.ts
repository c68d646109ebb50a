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
  expect(presses).toBeLessThan(25);
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

async function show(hash: string): Promise<void> {
  await page.evaluate((next) => {
    location.hash = next;
  }, hash);
}

const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent ?? "");

const shows = (selector: string, text: string) =>
  page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent?.includes(what),
    { polling: 50 },
    selector,
    text,
  );

it("lists every conversation, renders those in sight, and finds one by the keyboard alone", async () => {
  await show("#/conversations");
  await shows("#conversations-status", `${SESSIONS} conversations`);
  const rows = await page.$$("[data-conversation]");
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.length).toBeLessThan(100);
  await page.waitForSelector("#filter-q");
  await page.focus("#filter-q");
  await page.keyboard.type("conv_137");
  // Also "11 conversations" contains the words.
  await page.waitForFunction(
    () =>
      location.hash === "#/conversations?q=conv_137" &&
      document.querySelector("#conversations-status")?.textContent === "1 conversation",
    { polling: 50 },
  );
  await page.focus("[data-conversation] button");
  await page.keyboard.press("Enter");
  await shows("#drawer-name", "conv_137");
  await page.keyboard.press("Escape");
});

it("shows the whole queue, sets an agent's capacity and gives a conversation away, by keyboard", async () => {
  await show("#/agents");
  await shows("#whole-queue", `No group: ${SESSIONS}`);
  await page.focus("#page-agents summary");
  await page.keyboard.press("Enter");
  await page.focus('#agent-form [name="agent"]');
  await page.keyboard.type("ana");
  await page.keyboard.press("Enter");
  await shows("#agents", "0 of 4 held, 4 free");
  await page.focus("[data-waiting] .assign button");
  await page.keyboard.press("Enter");
  await shows("#agents", "1 of 4 held, 3 free");
  await shows("#whole-queue", `No group: ${SESSIONS - 1}`);
});

it("has a report of a month", async () => {
  await show("#/reports");
  await page.waitForSelector('[name="range"][value="week"]');
  await page.focus('[name="range"][value="week"]');
  await page.keyboard.press("ArrowRight");
  await shows("#report-abandoned", `of ${SESSIONS} conversations`);
  expect(await textOf("#report-buffers")).toContain("at least 20");
});
