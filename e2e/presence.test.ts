/**
 * Presence of a visitor in a real browser, who leaves, returns and stays.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expectOfflineAfterBuffer,
  expectToStayOnline,
  isOffline,
  LONG_LEASE_SECONDS,
  leaseEnd,
  SILENCE_LEASE_SECONDS,
  STAY,
} from "./support/presence-checks.ts";
import { pause } from "./support/wait.ts";
import { Fixture, type Visitor } from "./visitor.ts";

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

const isOnline = (row: { presence: string }) => row.presence === "online";

function setPresence(presence: Readonly<Record<string, number>>): Promise<unknown> {
  return fixture.collector.request("PATCH", "/v1/settings", { presence });
}

describe("a visitor whose leave signal arrives", () => {
  beforeAll(() => setPresence({ leaseSeconds: LONG_LEASE_SECONDS }));

  it("is offline as user_offline after the buffer, not earlier, on closing the tab", async () => {
    const page = await visitor.chat();
    const closedAt = Date.now();
    await page.close();
    await expectOfflineAfterBuffer(visitor, closedAt);
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
});

describe("a visitor whose page falls silent", () => {
  beforeAll(() => setPresence({ leaseSeconds: SILENCE_LEASE_SECONDS }));

  it("is offline after lease and buffer when the browser is killed", async () => {
    await visitor.chat();
    await visitor.browser.kill();
    await expectOfflineAfterBuffer(visitor, await leaseEnd(visitor));
  });

  it("is offline after lease and buffer without a network, and online when it returns", async () => {
    await visitor.chat();
    fixture.proxy.cut();
    await expectOfflineAfterBuffer(visitor, await leaseEnd(visitor));
    fixture.proxy.restore();
    await visitor.waitUntil("online", isOnline);
    expect(await visitor.row()).toMatchObject({ state: "active", reason: null });
  });
});

describe("a visitor who stays", () => {
  beforeAll(() => setPresence(STAY));

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
    await expectToStayOnline(visitor);
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
    await expectToStayOnline(visitor);
  });

  it("is online after closing one of two tabs", async () => {
    await visitor.chat();
    const second = await visitor.visit("/about");
    await visitor.waitUntil("two pages", (row) => row.pages.length === 2);
    await second.close();
    await expectToStayOnline(visitor);
    expect((await visitor.row()).pages).toHaveLength(1);
  });

  it("is online through a crash of the collector, and its page reports to the next one", async () => {
    await visitor.chat();
    await fixture.collector.kill();
    await fixture.collector.restart();
    await expectToStayOnline(visitor);
  });

  it("is online through an outage of the collector that is longer than lease and buffer", async () => {
    const [leaseSeconds, bufferSeconds] = [4, 4];
    await setPresence({ leaseSeconds, bufferSeconds });
    await visitor.chat();
    await fixture.collector.kill();
    await pause((leaseSeconds + bufferSeconds) * 1000);
    await fixture.collector.restart();
    await setPresence(STAY);
    await expectToStayOnline(visitor);
  });
});
