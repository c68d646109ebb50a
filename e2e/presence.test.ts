/**
 * Presence of a visitor in a real browser, who leaves, returns and stays.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pause } from "./support/wait.ts";
import { Fixture, SECONDS, type Visitor } from "./visitor.ts";

const BUFFER_MS = SECONDS.buffer * 1000;
const LEASE_MS = SECONDS.lease * 1000;
/** How late a verdict may be on a busy machine. It may never be early. */
const SLACK_MS = 3_000;

let fixture: Fixture;
let visitor: Visitor;

beforeAll(async () => {
  fixture = await Fixture.setUp();
});
afterAll(() => fixture.tearDown());
beforeEach(async () => {
  visitor = await fixture.visitor();
});
afterEach(() => visitor.browser.stop());

const isOffline = (row: { presence: string }) => row.presence === "offline";
const isOnline = (row: { presence: string }) => row.presence === "online";

/** Milliseconds from `since` to the time of the visitor's transition to offline. */
async function offlineAfter(since: number): Promise<number> {
  await visitor.waitUntil("offline", isOffline);
  const [absence] = await visitor.offlineTransitions();
  expect(absence?.to).toMatchObject({ state: "inactive", reason: "user_offline" });
  return Date.parse(absence?.at ?? "") - since;
}

describe("a visitor who leaves", () => {
  it("is offline as user_offline after the buffer, not earlier, on closing the tab", async () => {
    const page = await visitor.chat();
    const closedAt = Date.now();
    await page.close();
    const after = await offlineAfter(closedAt);
    expect(after).toBeGreaterThanOrEqual(BUFFER_MS);
    expect(after).toBeLessThan(BUFFER_MS + SLACK_MS);
    expect(await visitor.row()).toMatchObject({ state: "inactive", queue: "none" });
  });

  it("is active and queued again on returning after closing the tab", async () => {
    const page = await visitor.chat();
    await page.close();
    await visitor.waitUntil("offline", isOffline);
    await visitor.visit();
    const row = await visitor.waitUntil("online", isOnline);
    expect(row).toMatchObject({ state: "active", reason: null, queue: "queued" });
  });

  it("is offline after lease and buffer when the browser is killed", async () => {
    await visitor.chat();
    const killedAt = Date.now();
    await visitor.browser.kill();
    const after = await offlineAfter(killedAt);
    // The last beat may have been sent almost a beat interval earlier.
    expect(after).toBeGreaterThanOrEqual(LEASE_MS + BUFFER_MS - SECONDS.beat * 1_100 - 200);
    expect(after).toBeLessThan(LEASE_MS + BUFFER_MS + SLACK_MS);
  });

  it("is offline after lease and buffer without a network, and online within one beat of its return", async () => {
    await visitor.chat();
    const cutAt = Date.now();
    fixture.proxy.cut();
    const after = await offlineAfter(cutAt);
    expect(after).toBeGreaterThanOrEqual(LEASE_MS + BUFFER_MS - SECONDS.beat * 1_100 - 200);
    expect(after).toBeLessThan(LEASE_MS + BUFFER_MS + SLACK_MS);
    const restoredAt = Date.now();
    fixture.proxy.restore();
    await visitor.waitUntil("online", isOnline);
    expect(Date.now() - restoredAt).toBeLessThan(SECONDS.beat * 1_100 + SLACK_MS);
    expect(await visitor.row()).toMatchObject({ state: "active", reason: null });
  });
});

describe("a visitor who stays", () => {
  /** Checks that the visitor was never offline, and is not about to be. */
  async function expectToStayOnline(): Promise<void> {
    await pause(BUFFER_MS + LEASE_MS);
    expect(await visitor.offlineTransitions()).toEqual([]);
    expect(await visitor.row()).toMatchObject({ presence: "online", state: "active" });
  }

  it("is online through navigation, reload, back and forward", async () => {
    const page = await visitor.chat();
    // Clicks by script, because the open chat may cover the link in a small window.
    await Promise.all([
      page.waitForNavigation(),
      page.$eval("[data-testid=product-link]", (link) => (link as HTMLElement).click()),
    ]);
    const product = page.url();
    expect(product).toContain("/products/");
    await page.reload();
    await page.goBack();
    expect(page.url()).toBe(`${fixture.shop.url}/`);
    await page.goForward();
    expect(page.url()).toBe(product);
    await page.goBack();
    await expectToStayOnline();
  });

  it("is online when a page is restored from the back/forward cache", async () => {
    const page = await visitor.chat();
    await page.evaluate(() => {
      addEventListener("pageshow", (event) => {
        document.documentElement.dataset["restored"] = String(event.persisted);
      });
    });
    await page.goto(`${fixture.shop.url}/about`);
    await page.goBack();
    await page.waitForSelector("[data-restored=true]");
    await expectToStayOnline();
  });

  it("is online after closing one of two tabs", async () => {
    await visitor.chat();
    const second = await visitor.visit("/about");
    await visitor.waitUntil("two pages", (row) => row.pages.length === 2);
    await second.close();
    await expectToStayOnline();
    expect((await visitor.row()).pages).toHaveLength(1);
  });

  it("is online through a crash of the collector", async () => {
    await visitor.chat();
    await fixture.collector.kill();
    await pause(1_000);
    await fixture.collector.restart();
    await expectToStayOnline();
  });
});
