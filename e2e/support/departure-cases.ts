/**
 * Departures and stays of the shop's guests, as `scripts/departures.ts` measures them.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import type { Visitor } from "../visitor.ts";
import { discard, killRenderers, openTabList, setFrozen } from "./chromium-pages.ts";
import type { Guest } from "./guest.ts";
import { until } from "./wait.ts";

export interface Departure {
  readonly name: string;
  /** Seconds from leaving to offline that are promised; null: none are. */
  readonly limit: number | null;
  /** What comes before it and is no part of it. */
  prepare?(visitor: Visitor, page: Page): Promise<unknown>;
  leave(visitor: Visitor, page: Page, elsewhere: string): Promise<unknown>;
}

async function hide(visitor: Visitor): Promise<void> {
  await visitor.browser.open();
  await visitor.becomes("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
}

/** By script: in a small window the open chat may lie over the link. */
function click(page: Page, testId: string): Promise<void> {
  return page.$eval(`[data-testid=${testId}]`, (link) => (link as HTMLElement).click());
}

async function follow(page: Page, testId: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), click(page, testId)]);
}

export const DEPARTURES: readonly Departure[] = [
  { name: "closed tab", limit: 6, leave: (_, page) => page.close() },
  {
    name: "link off the site",
    limit: 6,
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
    limit: null,
    prepare: hide,
    leave: (_, page) => page.close(),
  },
  { name: "renderer killed", limit: 16, leave: (_, page) => killRenderers(page.browser()) },
  { name: "browser quit", limit: 16, leave: (_, page) => page.browser().close() },
  {
    name: "browser quit while the tab is hidden",
    limit: null,
    prepare: hide,
    leave: (_, page) => page.browser().close(),
  },
  {
    name: "discarded tab",
    limit: null,
    async prepare(_, page) {
      // Chromium spares a tab in which something was typed.
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
    limit: null,
    async prepare(visitor, page) {
      await hide(visitor);
      await setFrozen(page, true);
      await visitor.becomes("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    },
    leave: (_, page) => page.close(),
  },
  { name: "browser killed", limit: null, leave: ({ browser }) => browser.kill() },
];

export interface Stay {
  readonly name: string;
  act(guest: Guest): Promise<unknown>;
  /** What ends it, once everybody has been silent for long enough. */
  end?(guest: Guest): Promise<unknown>;
}

async function copy({ page }: Guest): Promise<Page> {
  const url = page.url();
  // As for a duplicated tab, the browser copies the session storage.
  await page.evaluate(() => void open(location.href));
  return until("the copy", async () => {
    const pages = await page.browserContext().pages();
    return pages.find((other) => other !== page && other.url() === url);
  });
}

async function download({ page }: Guest): Promise<void> {
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
    async act(guest) {
      const other = await guest.open();
      await other.goto(guest.page.url());
      await guest.becomes("two pages", ({ pages }) => pages.length === 2);
      await other.close();
    },
  },
  {
    name: "copied tab, copy closed",
    async act(guest) {
      const other = await copy(guest);
      await guest.becomes("two pages", ({ pages }) => pages.length === 2);
      await other.close();
    },
  },
  { name: "download click", act: download },
  {
    name: "frozen and resumed",
    async act(guest) {
      await guest.open();
      await guest.becomes("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
      await setFrozen(guest.page, true);
      await guest.becomes("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    },
    async end(guest) {
      await setFrozen(guest.page, false);
      await guest.becomes("resumed", ({ pages }) => pages[0]?.visibility === "hidden");
    },
  },
];
