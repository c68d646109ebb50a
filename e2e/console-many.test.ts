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

/** Waits until the page of conversations has found one. Also "11 conversations" contains its words. */
const findsOnly = (id: string) =>
  page.waitForFunction(
    (hash) =>
      location.hash === hash &&
      document.querySelector("#conversations-status")?.textContent === "1 conversation",
    { polling: 50 },
    `#/conversations?q=${id}`,
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
  await findsOnly("conv_137");
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

async function signal(session: string, token: string, what: object): Promise<void> {
  const base = { v: 1, key: collector.keys.publishable, session, token, page: "p", gen: 0 };
  const body = JSON.stringify({ ...base, ...what });
  const answer = await fetch(`${collector.url}/v1/signals`, { method: "POST", body });
  expect(answer.status).toBe(200);
}

it("draws why a closed tab ended a conversation, while it happens, and is read by the keyboard alone", async () => {
  const session = "conv_why";
  const presence = { mode: "on", closeBufferSeconds: 1, leaseSeconds: { visible: 600 } };
  await collector.request("PATCH", "/v1/settings", { termsAccepted: true, presence });
  await collector.request("POST", `/v1/sessions/${session}/events`, { type: "end_user_message" });
  const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", { session });
  await signal(session, token, { type: "open", seq: 1, visible: true, armed: false });
  await show(`#/conversations?q=${session}`);
  await findsOnly(session);
  await page.focus("[data-conversation] button");
  await page.keyboard.press("Enter");
  const keyboard = new ConsolePage(page);
  await keyboard.pressOn("#drawer-why", "Enter");
  await shows("#why-sentence", "Not called gone: a page is open, in front.");
  await signal(session, token, { type: "leave", to: "gone" });
  await shows("#why-sentence", "the tab was closed at");
  expect(await textOf("#why-sentence")).toMatch(/^Called gone at .* buffer of 1\ss ended/);
  await keyboard.pressOn("#why-drawing");
  const selected = () => page.$eval("#why-drawing", (slider) => slider.ariaValueText);
  expect(await selected()).toContain("Called gone; the conversation rests (left the site)");
  await page.keyboard.press("ArrowLeft");
  await shows("#why-facts [aria-current]", "Page 1 was closed; the buffer of 1 s begins");
  expect(await selected()).toContain("Page 1 was closed");
  expect(await keyboard.allComplaints("#page-why")).toEqual([]);
  await page.evaluate(() => history.back());
  await findsOnly(session);
});
