/**
 * The console with more sessions than it shows at first, and before it has heard from the collector. What it waits for is
 * counted instead of timed, so that a busy machine changes nothing.
 */
import type { HTTPRequest, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../packages/collector/src/platform/open-store.ts";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector } from "./support/collector.ts";
import { ConsolePage, openConsole } from "./support/console-page.ts";
import { writeSampleHistory } from "./support/sample/history.ts";

/** A request reads a hundred, and a group shows fifty. More change nothing of what is waited for. */
const SESSIONS = 250;
const AT_THE_SAME_TIME = 50;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

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
    if (isOpen || !isHeld(request)) void goOn(request);
    else held.push(request);
  };
  page.on("request", decide);
  await page.setRequestInterception(true);
  return async () => {
    isOpen = true;
    await Promise.all(held.map(goOn));
    // Requests that begin meanwhile are decided on until the end.
    await page.setRequestInterception(false);
    page.off("request", decide);
  };
}

/** A request that the page has given up by now, or that is no longer held, needs nothing. */
const goOn = (request: HTTPRequest) => request.continue().catch(() => {});

/** Opens a page, and waits until its heading has taken the focus. */
async function show(hash: string): Promise<void> {
  await page.evaluate((next) => {
    location.hash = next;
  }, hash);
  await new ConsolePage(page).seeFocusOn("main:not([hidden]) .page-title");
}

const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent ?? "");

const shows = (selector: string, text: string) =>
  page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent?.includes(what),
    { polling: 50 },
    selector,
    text,
  );

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
  await shows(".rest button", "50 left");
  expect((await page.$$("[data-session]")).length).toBe(50);
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
    (wanted) => {
      const rows = [...document.querySelectorAll("[data-session]")];
      const isFound = rows.every((row) => row.getAttribute("data-session")?.includes(wanted ?? ""));
      return rows.length > 0 && isFound;
    },
    { polling: 50 },
    first,
  );
});

it("follows 200 changes as fast as they come, and renders no more rows than before", async () => {
  const CHANGED = 100;
  await new ConsolePage(page).type("#search", "");
  for (const [status, resting, rows] of [
    ["pending", CHANGED, 100],
    ["open", 0, 50],
  ] as const) {
    let changed = 0;
    const change = async (): Promise<void> => {
      while (changed < CHANGED) {
        changed += 1;
        const path = `/v1/sessions/conv_${changed}/events`;
        await collector.request("POST", path, { type: "ticket_updated", status });
      }
    };
    await Promise.all(Array.from({ length: AT_THE_SAME_TIME }, change));
    await page.waitForFunction(
      (inactive, waiting, rendered) => {
        const count = (group: string) =>
          document.querySelector(`#summary [data-group="${group}"] strong`)?.textContent;
        const found = document.querySelectorAll("[data-session]");
        return (
          count("inactive") === `${inactive}` &&
          count("waiting") === `${waiting}` &&
          found.length === rendered
        );
      },
      { polling: 50 },
      resting,
      SESSIONS - resting,
      rows,
    );
  }
});

it("leaves rows out of sight to the browser, which neither lays them out nor paints them", async () => {
  await page.waitForFunction(
    () => {
      const last = [...document.querySelectorAll("[data-session] button")].at(-1);
      return last?.checkVisibility({ contentVisibilityAuto: true }) === false;
    },
    { polling: 50 },
  );
});

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
  await page.waitForSelector("[data-conversation]:nth-child(6)");
  expect((await page.$$("[data-conversation]")).length).toBeLessThan(100);
  await page.waitForSelector("#filter-q");
  await page.focus("#filter-q");
  await page.keyboard.type("conv_137");
  await findsOnly("conv_137");
  await page.focus("[data-conversation] button");
  await page.keyboard.press("Enter");
  await shows("#drawer-name", "conv_137");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#drawer:not([open])");
});

it("shows the whole queue, and adds an agent by the keyboard alone", async () => {
  await show("#/agents");
  await shows("#whole-queue", `No group: ${SESSIONS}`);
  await page.focus("#page-agents summary");
  await page.keyboard.press("Enter");
  await page.focus('#agent-form [name="agent"]');
  await page.keyboard.type("ana");
  await page.keyboard.press("Enter");
  await shows("#agents", "0 of 4 held, 4 free");
});

it("has a report of a month", async () => {
  await show("#/reports");
  await page.waitForSelector('[name="range"][value="week"]');
  await page.focus('[name="range"][value="week"]');
  await page.keyboard.press("ArrowRight");
  await shows("#report-abandoned", `of ${SESSIONS} conversations`);
  expect(await page.$('[name="range"][value="month"]:checked')).not.toBeNull();
  await shows("#report-buffers", "at least 20");
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
  await shows("#why-sentence", "Called gone at");
  expect(await textOf("#why-sentence")).toMatch(
    /^Called gone at .* the tab was closed at .* buffer of 1\ss ended/,
  );
  await keyboard.pressOn("#why-drawing");
  const selects = (words: string) =>
    page.waitForSelector(`#why-drawing[aria-valuetext*="${words}"]`);
  await selects("Called gone; the conversation rests (left the site)");
  await page.keyboard.press("ArrowLeft");
  await shows("#why-facts [aria-current]", "Page 1 was closed; the buffer of 1 s begins");
  await selects("Page 1 was closed");
  expect(await keyboard.allComplaints("#page-why")).toEqual([]);
  await page.evaluate(() => history.back());
  await findsOnly(session);
});

/**
 * The end of the last day, so that all of yesterday is in the history; or the last hour of this day, which may be
 * yesterday when it is looked at. There are two histories for each day of the week, and enough gave up in each.
 */
function endOfHistory(now: number): number {
  const sinceMidnightMs = now % DAY_MS;
  return now - sinceMidnightMs + (sinceMidnightMs < DAY_MS - HOUR_MS ? 0 : DAY_MS - HOUR_MS);
}

describe("two days of a shop, by the keyboard alone", () => {
  let shop: TestCollector;
  let lead: ConsolePage;

  beforeAll(async () => {
    shop = await TestCollector.start();
    await shop.shutDown();
    const store = await openStore(`sqlite:${shop.folder}/test.db`);
    const until = endOfHistory(Date.now());
    const options = { account: "default", sessions: 80, days: 2, seed: 1, until };
    await writeSampleHistory(store, options);
    await store.close();
    await shop.restart();
    page = await browser.open();
    lead = new ConsolePage(page);
    // Yesterday is a day of this zone in the history, too.
    await page.emulateTimezone("UTC");
    await openConsole(page, shop);
    // As if it was opened in the morning: the focus is at the start of the page.
    await page.reload();
    await page.waitForSelector("nav a[aria-current]");
  });
  afterAll(() => shop.stop());

  /** Follows a link of the navigation, to which Shift and Tab lead back from the top of a page. */
  async function visit(hash: string): Promise<void> {
    const link = `nav a[href="${hash}"]`;
    await page.keyboard.down("Shift");
    await lead.pressOn(link);
    await page.keyboard.up("Shift");
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      (wanted) => location.hash === wanted && document.activeElement?.matches(".page-title"),
      { polling: 50 },
      hash,
    );
  }

  /** How many wait who are given to an agent here. */
  async function waiting(): Promise<number> {
    type Found = { sessions: { assignment: { by: string } }[] };
    const { sessions } = await shop.request<Found>("GET", "/v1/sessions?queue=queued&limit=100");
    return sessions.filter(({ assignment }) => assignment.by === "collector").length;
  }

  it("finds who was left waiting yesterday, and why one of them was called gone", async () => {
    await lead.pressOn('nav a[href="#/conversations"]', "Enter");
    await lead.seeFocusOn("#page-conversations .page-title");
    await lead.pressOn('.views a[href*="yesterday"]', "Enter");
    await page.waitForFunction(
      () => {
        const rows = [...document.querySelectorAll("[data-conversation]")];
        const status = document.querySelector("#conversations-status")?.textContent ?? "";
        const isRead = /^[1-9]\d* conversations?$/.test(status);
        const isFound = rows.every((row) => row.getAttribute("data-reason") === "user_offline");
        return location.hash.includes("yesterday") && isRead && rows.length > 0 && isFound;
      },
      { polling: 50 },
    );
    await lead.pressOn("[data-conversation] .name", "Enter");
    await shows("#drawer-history", "Left");
    await lead.pressOn("#drawer-why", "Enter");
    await shows("#why-sentence", "Called gone at");
    await lead.seeFocusOn("#page-why .page-title");
  });

  it("reads how many gave up yesterday, and after how long", async () => {
    await visit("#/reports");
    await lead.pressOn('[name="range"]:checked');
    const chosen = () =>
      page.$eval('[name="range"]:checked', (range) => range.getAttribute("value"));
    for (let presses = 0; presses < 4 && (await chosen()) !== "yesterday"; presses += 1) {
      await page.keyboard.press("ArrowLeft");
    }
    await page.waitForFunction(
      () =>
        /\d+ of [1-9]\d* conversations .* waiting/.test(
          document.querySelector("#report-abandoned .figure")?.textContent ?? "",
        ),
      { polling: 50 },
    );
    expect(await chosen()).toBe("yesterday");
    expect(await lead.complaints("#page-reports")).toEqual([]);
  });

  it("changes a capacity, works the queue off, takes that back once, and releases one", async () => {
    await visit("#/agents");
    const agent = '[data-agent="Priya Raghunathan"]';
    await lead.pressOn(`${agent} [name="capacity"]`);
    await page.keyboard.down("Control");
    await page.keyboard.press("a");
    await page.keyboard.up("Control");
    await page.keyboard.type("90");
    await page.keyboard.press("Enter");
    await shows("#agents-status", "Priya Raghunathan can now hold 90.");

    const button = "[data-waiting] .assign button";
    expect(await waiting()).toBeGreaterThan(10);
    await lead.pressOn(button);
    for (let isDone = false; !isDone; ) {
      const before = await page.evaluate(
        () => document.activeElement?.closest("li")?.getAttribute("data-waiting") ?? "",
      );
      await page.keyboard.press("Enter");
      // Each one that is given away leads to the next in sight, and the last one to what takes it back.
      await page.waitForFunction(
        (selector, last) => {
          const { activeElement } = document;
          const id = activeElement?.closest("li")?.getAttribute("data-waiting");
          const isNext = activeElement?.matches(`${selector}:enabled`) && id !== last;
          return isNext || activeElement?.matches("#agents-undo:enabled");
        },
        { polling: 20 },
        button,
        before,
      );
      isDone = (await waiting()) === 0;
      const isNext = await page.evaluate(
        (selector) => document.activeElement?.matches(selector),
        button,
      );
      if (!isDone && !isNext) await lead.pressOn(button);
    }
    await lead.seeFocusOn("#agents-undo:enabled");

    await page.keyboard.down("Control");
    await page.keyboard.press("z");
    await page.keyboard.up("Control");
    await shows("#agents-status", "back at its place in the queue");
    expect(await waiting()).toBe(1);

    await page.focus("#page-agents .page-title");
    await lead.pressOn(`${agent} .held summary`, "Enter");
    await page.waitForSelector(`${agent} [data-held] button.assign:enabled`);
    await lead.pressOn(`${agent} [data-held] button.assign`, "Enter");
    await shows("#agents-status", "Priya Raghunathan does not have it any more.");
    expect(await waiting()).toBe(2);
  });
});
