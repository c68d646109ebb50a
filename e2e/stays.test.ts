/**
 * Less common page events that look like leaving but are not; presence.test.ts covers the common
 * ones.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { setFrozen } from "./support/chromium-pages.ts";
import { expectToStayOnline, STAY } from "./support/presence-checks.ts";
import { presenceTag, TestSite } from "./support/site.ts";
import { pause, until } from "./support/wait.ts";
import { createWaitingSession } from "./support/waiting-session.ts";
import { Fixture, SECONDS, type Visitor } from "./visitor.ts";

/** Longer than a second, the interval at which Chromium runs the timers of a hidden tab. */
const HIDDEN_LEASE_SECONDS = 2.5;

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
  await setPresence(STAY);
  visitor = await fixture.visitor();
});
afterEach(() => visitor.browser.stop());

function setPresence(presence: Readonly<Record<string, unknown>>): Promise<unknown> {
  return fixture.collector.request("PATCH", "/v1/settings", { presence });
}

async function pageIds(): Promise<string[]> {
  type Pages = { pages: { page: string }[] };
  const { pages } = await fixture.collector.request<Pages>(
    "GET",
    `/v1/sessions/${visitor.session}`,
  );
  return pages.map(({ page }) => page);
}

/** Clicks by script, because the open chat may cover the link in a small window. */
async function follow(page: Page, testId: string): Promise<void> {
  await Promise.all([
    page.waitForNavigation(),
    page.$eval(`[data-testid=${testId}]`, (link) => (link as HTMLElement).click()),
  ]);
}

describe("a visitor who stays", () => {
  it("is online through navigation to a slow page and to an uncacheable one", async () => {
    const page = await visitor.chat();
    await follow(page, "nav-slow");
    expect(page.url()).toBe(`${fixture.shop.url}/slow`);
    await follow(page, "nav-cart");
    await follow(page, "nav-checkout");
    expect(page.url()).toBe(`${fixture.shop.url}/checkout`);
    await expectToStayOnline(visitor);
  });

  it("is online after closing a duplicated tab", async () => {
    const page = await visitor.chat();
    // As for a duplicated tab, the browser copies the session storage.
    await page.evaluate(() => {
      sessionStorage.setItem("whose", "the first tab's");
      open(location.href);
    });
    const copy = await until("the duplicated tab", async () => {
      const pages = await page.browser().pages();
      return pages.find((other) => other !== page && other.url() === page.url());
    });
    expect(await copy.evaluate(() => sessionStorage.getItem("whose"))).toBe("the first tab's");
    await visitor.waitUntil("two pages", ({ pages }) => pages.length === 2);
    await copy.close();
    await visitor.waitUntil("one page", ({ pages }) => pages.length === 1);
    await expectToStayOnline(visitor);
  });

  it("is online on the same page after clicking on a download", async () => {
    const page = await visitor.chat();
    const devtools = await page.browser().target().createCDPSession();
    const downloadPath = mkdtempSync(join(tmpdir(), "stillhere-download-"));
    await devtools.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      downloadPath,
      eventsEnabled: true,
    });
    const complete = new Promise<void>((resolve) => {
      devtools.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve());
    });
    const before = await pageIds();
    await page.$eval("[data-testid=download-link]", (link) => (link as HTMLElement).click());
    await complete;
    rmSync(downloadPath, { recursive: true });
    await expectToStayOnline(visitor);
    expect(await pageIds()).toEqual(before);
  });

  it("is online while its page is frozen for longer than the hidden lease, and after it resumes", async () => {
    // Frozen pages keep the default lease.
    const leaseSeconds = { visible: STAY.leaseSeconds, hidden: HIDDEN_LEASE_SECONDS, frozen: null };
    await setPresence({ ...STAY, leaseSeconds });
    const page = await visitor.chat();
    await visitor.browser.open();
    await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
    await setFrozen(page, true);
    await visitor.waitUntil("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    await pause(HIDDEN_LEASE_SECONDS * 1000);
    // A page whose lease has ended is not among them.
    expect(await visitor.row()).toMatchObject({ pages: [{ visibility: "frozen" }] });
    await setFrozen(page, false);
    await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
    await page.bringToFront();
    await expectToStayOnline(visitor);
  });
});

describe("a page that sends no signals", () => {
  it("is one that is prerendered and never shown", async () => {
    const tag = presenceTag(await createWaitingSession(fixture, "prerender"));
    visitor.session = "prerender";
    const rules = { prerender: [{ urls: ["/prerendered"], eagerness: "immediate" }] };
    site.serve("/", `${tag}<script type=speculationrules>${JSON.stringify(rules)}</script>`);
    site.serve("/prerendered", `${tag}<script>fetch("/ran-" + document.prerendering)</script>`);
    const page = await visitor.browser.open();
    await page.goto(`${site.url}/`);
    await until("the prerendered page to run", async () =>
      site.requestedPaths.includes("/ran-true"),
    );
    await expectToStayOnline(visitor);
    expect((await visitor.row()).pages).toHaveLength(1);
    // The prerendered page holds nobody online.
    await setPresence({ bufferSeconds: SECONDS.buffer, closeBufferSeconds: SECONDS.buffer });
    await page.close();
    await visitor.waitUntil("offline", ({ presence }) => presence === "offline");
  });

  it("reports the blocking content security policy, and another tab keeps the visitor online", async () => {
    const tag = await createWaitingSession(fixture, "csp");
    visitor.session = "csp";
    site.serve("/", presenceTag(tag));
    const options = JSON.stringify(tag);
    site.serve(
      "/blocked",
      `<script src="${tag.collector}/sdk.js"></script>
<script>
window.errors = [];
stillhere.connect({ ...${options}, onError: (...error) => errors.push(error) });
</script>`,
      { "Content-Security-Policy": "connect-src 'self'" },
    );
    const reporting = await visitor.browser.open();
    await reporting.goto(`${site.url}/`);
    await visitor.waitUntil("online", ({ presence }) => presence === "online");

    const blocked = await visitor.browser.open();
    const thrown: unknown[] = [];
    blocked.on("pageerror", (error) => thrown.push(error));
    await blocked.goto(`${site.url}/blocked`);
    await blocked.waitForFunction(() =>
      JSON.stringify(Reflect.get(window, "errors")).includes("csp"),
    );
    await blocked.close();
    await expectToStayOnline(visitor);
    expect((await visitor.row()).pages).toHaveLength(1);
    expect(thrown).toEqual([]);
  });
});
