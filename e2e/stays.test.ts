/**
 * What looks like leaving and is none; see presence.test.ts for what everybody does.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { setFrozen } from "./support/chromium-pages.ts";
import { presenceTag, TestSite } from "./support/site.ts";
import { pause, until } from "./support/wait.ts";
import { beginWaiting } from "./support/waiting-session.ts";
import { Fixture, SECONDS, type Visitor } from "./visitor.ts";

/** Chromium runs the timers of a hidden tab once a second at most. */
const HIDDEN_LEASE_SECONDS = 2.5;
/** Whoever was not heard in all of this is offline. */
const PATIENCE_MS = (HIDDEN_LEASE_SECONDS + SECONDS.buffer) * 1000;

let scene: Fixture;
let site: TestSite;
let visitor: Visitor;

beforeAll(async () => {
  scene = await Fixture.setUp();
  site = await TestSite.start();
  await scene.collector.ask("PATCH", "/v1/settings", {
    origins: [scene.shop.url, site.url],
    // A frozen page is trusted for as long as it is by default.
    presence: { leaseSeconds: { hidden: HIDDEN_LEASE_SECONDS, frozen: null } },
  });
});
afterAll(async () => {
  await site.close();
  await scene.tearDown();
});
beforeEach(async () => {
  visitor = await scene.visitor();
});
afterEach(() => visitor.browser.stop());

/** Nobody was offline, and is not about to be. */
async function stays(): Promise<void> {
  await pause(PATIENCE_MS);
  expect(await visitor.absences()).toEqual([]);
  expect(await visitor.row()).toMatchObject({ presence: "online", state: "active" });
}

async function pageIds(): Promise<string[]> {
  type Pages = { pages: { page: string }[] };
  const { pages } = await scene.collector.ask<Pages>("GET", `/v1/sessions/${visitor.session}`);
  return pages.map(({ page }) => page);
}

/** Clicks by script: in a small window the open chat may lie over the link. */
async function follow(page: Page, testId: string): Promise<void> {
  await Promise.all([
    page.waitForNavigation(),
    page.$eval(`[data-testid=${testId}]`, (link) => (link as HTMLElement).click()),
  ]);
}

describe("a visitor who stays", () => {
  it("goes to a page whose server takes its time, and to one that must not be stored", async () => {
    const page = await visitor.chat();
    await follow(page, "nav-slow");
    expect(page.url()).toBe(`${scene.shop.url}/slow`);
    await follow(page, "nav-cart");
    await follow(page, "nav-checkout");
    expect(page.url()).toBe(`${scene.shop.url}/checkout`);
    await stays();
  });

  it("has a tab that began as a copy of the other, and closes it", async () => {
    const page = await visitor.chat();
    // As for a duplicated tab, the browser copies the session storage.
    await page.evaluate(() => {
      sessionStorage.setItem("whose", "the first tab's");
      open(location.href);
    });
    const copy = await until("the copy", async () => {
      const pages = await page.browser().pages();
      return pages.find((other) => other !== page && other.url() === page.url());
    });
    expect(await copy.evaluate(() => sessionStorage.getItem("whose"))).toBe("the first tab's");
    await visitor.becomes("two pages", ({ pages }) => pages.length === 2);
    await copy.close();
    await visitor.becomes("one page", ({ pages }) => pages.length === 1);
    await stays();
  });

  it("clicks on a download", async () => {
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
    await stays();
    expect(await pageIds()).toEqual(before);
  });

  it("is frozen in the background for longer than a silent page is trusted, and resumes", async () => {
    const page = await visitor.chat();
    await visitor.browser.open();
    await visitor.becomes("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
    await setFrozen(page, true);
    await visitor.becomes("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    await stays();
    await setFrozen(page, false);
    await visitor.becomes("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
    await stays();
  });
});

describe("a page that cannot or should not speak", () => {
  it("says nothing while it is prerendered and never shown", async () => {
    const tag = presenceTag(await beginWaiting(scene, "prerender"));
    visitor.session = "prerender";
    const rules = { prerender: [{ urls: ["/prerendered"], eagerness: "immediate" }] };
    site.serve("/", `${tag}<script type=speculationrules>${JSON.stringify(rules)}</script>`);
    site.serve("/prerendered", `${tag}<script>fetch("/ran-" + document.prerendering)</script>`);
    const page = await visitor.browser.open();
    await page.goto(`${site.url}/`);
    await until("the prerendered page to run", async () => site.asked.includes("/ran-true"));
    await stays();
    expect((await visitor.row()).pages).toHaveLength(1);
    await page.close();
    await visitor.becomes("offline", ({ presence }) => presence === "offline");
  });

  it("hears of a content security policy that blocks it; another tab speaks for both", async () => {
    const tag = await beginWaiting(scene, "csp");
    visitor.session = "csp";
    site.serve("/", presenceTag(tag));
    const options = JSON.stringify(tag);
    site.serve(
      "/blocked",
      `<script src="${tag.collector}/sdk.js"></script>
<script>
window.heard = [];
stillhere.connect({ ...${options}, onError: (...trouble) => heard.push(trouble) });
</script>`,
      { "Content-Security-Policy": "connect-src 'self'" },
    );
    const speaking = await visitor.browser.open();
    await speaking.goto(`${site.url}/`);
    await visitor.becomes("online", ({ presence }) => presence === "online");

    const blocked = await visitor.browser.open();
    const thrown: unknown[] = [];
    blocked.on("pageerror", (error) => thrown.push(error));
    await blocked.goto(`${site.url}/blocked`);
    await blocked.waitForFunction(() =>
      JSON.stringify(Reflect.get(window, "heard")).includes("csp"),
    );
    await blocked.close();
    await stays();
    expect((await visitor.row()).pages).toHaveLength(1);
    expect(thrown).toEqual([]);
  });
});
