/**
 * Departures and stays of the shop's visitors, as `scripts/departures.ts` measures them.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import type { Visitor } from "../visitor.ts";
import { discard, killRenderers, openTabList, setFrozen } from "./chromium-pages.ts";
import type { ContextVisitor } from "./context-visitor.ts";
import { until } from "./wait.ts";

export interface Departure {
  readonly name: string;
  /** The promised maximum of seconds from leaving to offline; `null` if there is no promise. */
  readonly limitSeconds: number | null;
  /** Runs before the departure and is not measured. */
  prepare?(visitor: Visitor, page: Page): Promise<unknown>;
  leave(visitor: Visitor, page: Page, elsewhere: string): Promise<unknown>;
}

async function hide(visitor: Visitor): Promise<void> {
  await visitor.browser.open();
  await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
}

/** Clicks by script, because the open chat may cover the link in a small window. */
function click(page: Page, testId: string): Promise<void> {
  return page.$eval(`[data-testid=${testId}]`, (link) => (link as HTMLElement).click());
}

async function follow(page: Page, testId: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), click(page, testId)]);
}

export const DEPARTURES: readonly Departure[] = [
  { name: "closed tab", limitSeconds: 6, leave: (_, page) => page.close() },
  {
    name: "link off the site",
    limitSeconds: 16,
    async leave(_, page, elsewhere) {
      await page.$eval(
        "[data-testid=external-link]",
        (link, url) => {
          (link as HTMLAnchorElement).href = url;
        },
        elsewhere,
      );
      await follow(page, "external-link");
    },
  },
  {
    name: "closed hidden tab",
    limitSeconds: null,
    prepare: hide,
    leave: (_, page) => page.close(),
  },
  { name: "renderer killed", limitSeconds: 16, leave: (_, page) => killRenderers(page.browser()) },
  { name: "browser quit", limitSeconds: 16, leave: (_, page) => page.browser().close() },
  {
    name: "browser quit while the tab is hidden",
    limitSeconds: null,
    prepare: hide,
    leave: (_, page) => page.browser().close(),
  },
  {
    name: "discarded tab",
    limitSeconds: null,
    async prepare(_, page) {
      // Chromium discards no tab in which text was typed.
      await page.reload();
      await openTabList(page.browser());
    },
    async leave(_, page) {
      const pages = await page.browser().pages();
      const list = pages.find((other) => other.url().startsWith("chrome://discards"));
      if (list) await discard(list, page.url());
    },
  },
  {
    name: "tab closed while frozen",
    limitSeconds: null,
    async prepare(visitor, page) {
      await hide(visitor);
      await setFrozen(page, true);
      await visitor.waitUntil("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    },
    leave: (_, page) => page.close(),
  },
  { name: "browser killed", limitSeconds: null, leave: ({ browser }) => browser.kill() },
];

export interface Stay {
  readonly name: string;
  act(visitor: ContextVisitor): Promise<unknown>;
  /** Ends the stay, once every lease and buffer would have expired. */
  end?(visitor: ContextVisitor): Promise<unknown>;
}

async function duplicateTab({ page }: ContextVisitor): Promise<Page> {
  const url = page.url();
  // As for a duplicated tab, the browser copies the session storage.
  await page.evaluate(() => void open(location.href));
  return until("the duplicated tab", async () => {
    const pages = await page.browserContext().pages();
    return pages.find((other) => other !== page && other.url() === url);
  });
}

async function download({ page }: ContextVisitor): Promise<void> {
  const devtools = await page.browser().target().createCDPSession();
  const downloadPath = mkdtempSync(join(tmpdir(), "stillhere-download-"));
  const { id: browserContextId = "" } = page.browserContext();
  const settings = { behavior: "allow", browserContextId, downloadPath, eventsEnabled: true };
  await devtools.send("Browser.setDownloadBehavior", settings as never);
  const complete = new Promise<void>((resolve) => {
    devtools.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve());
  });
  await click(page, "download-link");
  await complete;
  rmSync(downloadPath, { recursive: true });
}

export const STAYS: readonly Stay[] = [
  { name: "navigation within the site", act: ({ page }) => follow(page, "nav-about") },
  {
    name: "navigation to a page that is answered after 1.5 s",
    act: ({ page }) => follow(page, "nav-slow"),
  },
  {
    name: "navigation to a page that must not be stored (and is late)",
    async act({ page }) {
      await follow(page, "nav-cart");
      await follow(page, "nav-checkout");
    },
  },
  { name: "reload", act: ({ page }) => page.reload() },
  {
    name: "back and forward",
    async act({ page }) {
      await follow(page, "nav-about");
      await page.goBack();
      await page.goForward();
    },
  },
  {
    name: "two tabs, one closed",
    async act(visitor) {
      const other = await visitor.openTab();
      await other.goto(visitor.page.url());
      await visitor.waitUntil("two pages", ({ pages }) => pages.length === 2);
      await other.close();
    },
  },
  {
    name: "copied tab, copy closed",
    async act(visitor) {
      const other = await duplicateTab(visitor);
      await visitor.waitUntil("two pages", ({ pages }) => pages.length === 2);
      await other.close();
    },
  },
  { name: "download click", act: download },
  {
    name: "frozen and resumed",
    async act(visitor) {
      await visitor.openTab();
      await visitor.waitUntil("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
      await setFrozen(visitor.page, true);
      await visitor.waitUntil("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    },
    async end(visitor) {
      await setFrozen(visitor.page, false);
      await visitor.waitUntil("resumed", ({ pages }) => pages[0]?.visibility === "hidden");
    },
  },
];
