/**
 * The main job: a real visitor in a real browser, present, gone, and back.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pause } from "./support/wait.ts";
import { Fixture, SECONDS, type Visitor } from "./visitor.ts";

const BUFFER_MS = SECONDS.buffer * 1000;
const LEASE_MS = SECONDS.lease * 1000;
/** How late a verdict may be on a busy machine; early it may never be. */
const SLACK_MS = 1_000;

let scene: Fixture;
let visitor: Visitor;

beforeAll(async () => {
  scene = await Fixture.setUp();
});
afterAll(() => scene.tearDown());
beforeEach(async () => {
  visitor = await scene.visitor();
});
afterEach(() => visitor.browser.stop());

const isOffline = (row: { presence: string }) => row.presence === "offline";
const isOnline = (row: { presence: string }) => row.presence === "online";

/** Milliseconds from `since` to the moment that the collector says it took for the departure. */
async function offlineAfter(since: number): Promise<number> {
  await visitor.becomes("offline", isOffline);
  const [absence] = await visitor.absences();
  expect(absence?.to).toMatchObject({ state: "inactive", reason: "user_offline" });
  return Date.parse(absence?.at ?? "") - since;
}

describe("a visitor who leaves", () => {
  it("closes the tab: user_offline after the buffer and not before", async () => {
    const page = await visitor.chat();
    const closedAt = Date.now();
    await page.close();
    const after = await offlineAfter(closedAt);
    expect(after).toBeGreaterThanOrEqual(BUFFER_MS);
    expect(after).toBeLessThan(BUFFER_MS + SLACK_MS);
    expect(await visitor.row()).toMatchObject({ state: "inactive", queue: "none" });
  });

  it("closes the tab and comes back: active again, at the same place", async () => {
    const page = await visitor.chat();
    await page.close();
    await visitor.becomes("offline", isOffline);
    await visitor.visit();
    const row = await visitor.becomes("online", isOnline);
    expect(row).toMatchObject({ state: "active", reason: null, queue: "queued" });
  });

  it("loses the browser at once: offline by lease and buffer", async () => {
    await visitor.chat();
    const killedAt = Date.now();
    await visitor.browser.kill();
    const after = await offlineAfter(killedAt);
    // The last beat may have been almost a beat ago.
    expect(after).toBeGreaterThanOrEqual(LEASE_MS + BUFFER_MS - SECONDS.beat * 1_100 - 200);
    expect(after).toBeLessThan(LEASE_MS + BUFFER_MS + SLACK_MS);
  });

  it("loses the network: offline once lease and buffer have run, back within one beat", async () => {
    await visitor.chat();
    const cutAt = Date.now();
    scene.line.cut();
    const after = await offlineAfter(cutAt);
    expect(after).toBeGreaterThanOrEqual(LEASE_MS + BUFFER_MS - SECONDS.beat * 1_100 - 200);
    expect(after).toBeLessThan(LEASE_MS + BUFFER_MS + SLACK_MS);
    const mendedAt = Date.now();
    scene.line.restore();
    await visitor.becomes("online", isOnline);
    expect(Date.now() - mendedAt).toBeLessThan(SECONDS.beat * 1_100 + SLACK_MS);
    expect(await visitor.row()).toMatchObject({ state: "active", reason: null });
  });
});

describe("a visitor who stays", () => {
  /** Nobody was offline, and is not about to be. */
  async function stays(): Promise<void> {
    await pause(BUFFER_MS + LEASE_MS);
    expect(await visitor.absences()).toEqual([]);
    expect(await visitor.row()).toMatchObject({ presence: "online", state: "active" });
  }

  it("navigates, reloads, goes back and forward", async () => {
    const page = await visitor.chat();
    // By script: in a small window the open chat may lie over the link.
    await Promise.all([
      page.waitForNavigation(),
      page.$eval("[data-testid=product-link]", (link) => (link as HTMLElement).click()),
    ]);
    const product = page.url();
    expect(product).toContain("/products/");
    await page.reload();
    await page.goBack();
    expect(page.url()).toBe(`${scene.shop.url}/`);
    await page.goForward();
    expect(page.url()).toBe(product);
    await page.goBack();
    await stays();
  });

  it("comes back out of the back/forward cache", async () => {
    const page = await visitor.chat();
    await page.evaluate(() => {
      addEventListener("pageshow", (event) => {
        document.documentElement.dataset["restored"] = String(event.persisted);
      });
    });
    await page.goto(`${scene.shop.url}/about`);
    await page.goBack();
    await page.waitForSelector("[data-restored=true]");
    await stays();
  });

  it("has two tabs and closes one", async () => {
    await visitor.chat();
    const second = await visitor.visit("/about");
    await visitor.becomes("two pages", (row) => row.pages.length === 2);
    await second.close();
    await stays();
    expect((await visitor.row()).pages).toHaveLength(1);
  });

  it("stays through a crash of the collector", async () => {
    await visitor.chat();
    await scene.collector.kill();
    await pause(1_000);
    await scene.collector.restart();
    await stays();
  });
});
