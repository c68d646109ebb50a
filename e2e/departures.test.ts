/**
 * Less common ways to leave; presence.test.ts covers the common ones.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { discard, killRenderers, openTabList, setFrozen } from "./support/chromium-pages.ts";
import { presenceTag, TestSite } from "./support/site.ts";
import { createWaitingSession } from "./support/waiting-session.ts";
import { Fixture, SECONDS, type Visitor } from "./visitor.ts";

const BUFFER_MS = SECONDS.buffer * 1000;
/** Outlasts every wait of these tests, so that only a leave can cause an earlier offline. */
const LONG_LEASE_SECONDS = 120;
/** Longer than a busy machine stops a process: a page that is there is never silent for so long. */
const SILENCE_LEASE_SECONDS = 5;
/** How late a verdict may be on a busy machine. It may never be early. */
const SLACK_MS = 20_000;

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

const isOffline = (row: { presence: string }) => row.presence === "offline";

function setLease(leaseSeconds: number): Promise<unknown> {
  return fixture.collector.request("PATCH", "/v1/settings", { presence: { leaseSeconds } });
}

/** Moves the tab to the background, and waits until the collector reports it hidden. */
async function hide(): Promise<void> {
  await visitor.browser.open();
  await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
}

/** Checks that the visitor was offline one buffer after the departure, and not earlier. */
async function expectOfflineAfterBuffer(since: number): Promise<void> {
  await visitor.waitUntil("offline", isOffline);
  const absence = (await visitor.offlineTransitions()).at(-1);
  expect(absence?.to).toMatchObject({ state: "inactive", reason: "user_offline" });
  const after = Date.parse(absence?.at ?? "") - since;
  expect(after).toBeGreaterThanOrEqual(BUFFER_MS);
  expect(after).toBeLessThan(BUFFER_MS + SLACK_MS);
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
    await expectOfflineAfterBuffer(leftAt);
  });

  it("is offline after the buffer on closing a hidden tab", async () => {
    const page = await visitor.chat();
    await hide();
    const leftAt = Date.now();
    await page.close();
    await expectOfflineAfterBuffer(leftAt);
  });

  it("is offline after the buffer on quitting the browser", async () => {
    const page = await visitor.chat();
    const leftAt = Date.now();
    await page.browser().close();
    await expectOfflineAfterBuffer(leftAt);
  });

  it("is offline after the buffer on quitting the browser while the tab is hidden", async () => {
    const page = await visitor.chat();
    await hide();
    const leftAt = Date.now();
    await page.browser().close();
    await expectOfflineAfterBuffer(leftAt);
  });

  it("is offline after the buffer when the renderer process is killed", async () => {
    const page = await visitor.chat();
    const leftAt = Date.now();
    await killRenderers(page.browser());
    await expectOfflineAfterBuffer(leftAt);
  });

  it("is offline after the buffer when the hidden tab is discarded", async () => {
    const page = await visitor.chat();
    // Reloads, because Chromium discards no page in which text was typed.
    await page.reload();
    const list = await openTabList(page.browser());
    await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
    const leftAt = Date.now();
    await discard(list, page.url());
    await expectOfflineAfterBuffer(leftAt);
  });

  it("is offline after the buffer on closing a frozen tab", async () => {
    const page = await visitor.chat();
    await hide();
    await setFrozen(page, true);
    await visitor.waitUntil("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    const leftAt = Date.now();
    await page.close();
    await expectOfflineAfterBuffer(leftAt);
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
    await expectOfflineAfterBuffer(leftAt);
  });
});

describe("a visitor whose leave signal is lost", () => {
  beforeAll(() => setLease(SILENCE_LEASE_SECONDS));

  it("is offline after lease and buffer on closing the tab without a network", async () => {
    const page = await visitor.chat();
    fixture.proxy.cut();
    const [silent] = (await visitor.row()).pages;
    await page.close();
    await expectOfflineAfterBuffer(Date.parse(silent?.leaseUntil ?? ""));
    fixture.proxy.restore();
  });
});
