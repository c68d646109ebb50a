/**
 * Less common ways to leave; presence.test.ts covers the common ones.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "vitest";
import { discard, killRenderers, openTabList, setFrozen } from "./support/chromium-pages.ts";
import {
  expectOfflineAfterBuffer,
  LONG_LEASE_SECONDS,
  leaseEnd,
  SILENCE_LEASE_SECONDS,
} from "./support/presence-checks.ts";
import { presenceTag, TestSite } from "./support/site.ts";
import { createWaitingSession } from "./support/waiting-session.ts";
import { Fixture, type Visitor } from "./visitor.ts";

let fixture: Fixture;
let site: TestSite;
let visitor: Visitor;

beforeAll(async () => {
  fixture = await Fixture.setUp();
  site = await TestSite.start();
  await fixture.collector.request("PATCH", "/v1/settings", {
    origins: [fixture.shop.url, site.url],
  });
});
afterAll(async () => {
  await site.close();
  await fixture.tearDown();
});
beforeEach(async () => {
  visitor = await fixture.visitor();
});
afterEach(() => visitor.browser.stop());

function setLease(leaseSeconds: number): Promise<unknown> {
  return fixture.collector.request("PATCH", "/v1/settings", { presence: { leaseSeconds } });
}

/** Moves the tab to the background, and waits until the collector reports it hidden. */
async function hide(): Promise<void> {
  await visitor.browser.open();
  await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
}

describe("a visitor whose leave signal arrives", () => {
  beforeAll(() => setLease(LONG_LEASE_SECONDS));

  it("is offline after the buffer on following a link off the site", async () => {
    site.serve("/elsewhere", "Another site");
    const page = await visitor.chat();
    await page.$eval(
      "[data-testid=external-link]",
      (link, url) => {
        (link as HTMLAnchorElement).href = url;
      },
      `${site.url}/elsewhere`,
    );
    const leftAt = Date.now();
    await Promise.all([
      page.waitForNavigation(),
      page.$eval("[data-testid=external-link]", (link) => (link as HTMLElement).click()),
    ]);
    await expectOfflineAfterBuffer(visitor, leftAt);
  });

  it("is offline after the buffer on closing a hidden tab", async () => {
    const page = await visitor.chat();
    await hide();
    const leftAt = Date.now();
    await page.close();
    await expectOfflineAfterBuffer(visitor, leftAt);
  });

  it("is offline after the buffer on quitting the browser", async () => {
    const page = await visitor.chat();
    const leftAt = Date.now();
    await page.browser().close();
    await expectOfflineAfterBuffer(visitor, leftAt);
  });

  it("is offline after the buffer on quitting the browser while the tab is hidden", async () => {
    const page = await visitor.chat();
    await hide();
    const leftAt = Date.now();
    await page.browser().close();
    await expectOfflineAfterBuffer(visitor, leftAt);
  });

  it("is offline after the buffer when the renderer process is killed", async () => {
    const page = await visitor.chat();
    const leftAt = Date.now();
    await killRenderers(page.browser());
    await expectOfflineAfterBuffer(visitor, leftAt);
  });

  it("is offline after the buffer when the hidden tab is discarded", async () => {
    const page = await visitor.chat();
    // Reloads, because Chromium discards no page in which text was typed.
    await page.reload();
    const list = await openTabList(page.browser());
    await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
    const leftAt = Date.now();
    await discard(list, page.url());
    await expectOfflineAfterBuffer(visitor, leftAt);
  });

  it("is offline after the buffer on closing a frozen tab", async () => {
    const page = await visitor.chat();
    await hide();
    await setFrozen(page, true);
    await visitor.waitUntil("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    const leftAt = Date.now();
    await page.close();
    await expectOfflineAfterBuffer(visitor, leftAt);
  });

  it("is offline after the buffer where a permissions policy forbids the deferred leave", async () => {
    visitor.session = "policy";
    site.serve("/policy", presenceTag(await createWaitingSession(fixture, "policy")), {
      "Permissions-Policy": "deferred-fetch=(), deferred-fetch-minimal=()",
    });
    const page = await visitor.browser.open();
    await page.goto(`${site.url}/policy`);
    await visitor.waitUntil("online", (row) => row.presence === "online");
    const leftAt = Date.now();
    await page.close();
    await expectOfflineAfterBuffer(visitor, leftAt);
  });
});

describe("a visitor whose leave signal is lost", () => {
  beforeAll(() => setLease(SILENCE_LEASE_SECONDS));

  it("is offline after lease and buffer on closing the tab without a network", async () => {
    const page = await visitor.chat();
    fixture.proxy.cut();
    const silentFrom = await leaseEnd(visitor);
    await page.close();
    await expectOfflineAfterBuffer(visitor, silentFrom);
    fixture.proxy.restore();
  });
});
