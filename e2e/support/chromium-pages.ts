/**
 * What Chromium does to tabs and to its own processes when nobody asks it to, done on demand.
 * @module
 */
import type { Browser, ElementHandle, Page } from "puppeteer-core";
import { until } from "./wait.ts";

/**
 * Chromium's own list of its tabs, on which people can do by hand what it does when memory is short.
 * The tab that was in front is hidden by it. It opens only where its internal pages have been allowed.
 */
export async function openTabList(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.goto("chrome://chrome-urls");
  const button = await page.waitForSelector(">>> cr-button");
  const label = await button?.evaluate((element) => element.textContent);
  if (label?.includes("Enable")) await button?.click();
  await page.goto("chrome://discards");
  return page;
}

/**
 * Discards the tab at `url`. Chromium spares a tab in which something was typed, and one to which
 * anybody is attached; so this detaches from the whole browser first, for good.
 */
export async function discard(list: Page, url: string): Promise<void> {
  const row = await rowOf(list, url);
  await row.$$eval(".actions-cell div", (links) => {
    for (const link of links as HTMLElement[]) {
      if (link.textContent?.includes("Urgent Discard")) setTimeout(() => link.click(), 300);
    }
  });
  await list.browser().disconnect();
}

/** Stops everything in a hidden tab, as Chromium does to save power, or lets it run again. */
export async function setFrozen(page: Page, isFrozen: boolean): Promise<void> {
  const devtools = await page.createCDPSession();
  await devtools.send("Page.setWebLifecycleState", { state: isFrozen ? "frozen" : "active" });
  await devtools.detach();
}

/** Why Chromium would not freeze the tab at `url` by itself, in its own words, sorted. */
export async function freezeObstacles(list: Page, url: string): Promise<string[]> {
  const row = await rowOf(list, url);
  // Two columns tell reasons: why it is not discardable, why it is not freezable.
  const reasons = await row.$$eval(".tooltip", (tips) => tips[1]?.textContent ?? "");
  return reasons
    .split(",")
    .map((reason) => reason.trim())
    .sort();
}

/** Kills every renderer process at once (SIGKILL), as the system does when memory runs out. */
export async function killRenderers(browser: Browser): Promise<void> {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  for (const { type, id } of processInfo) if (type === "renderer") process.kill(id, "SIGKILL");
}

function rowOf(list: Page, url: string): Promise<ElementHandle<HTMLTableRowElement>> {
  return until(`${url} in the list of tabs`, async () => {
    for (const cell of await list.$$(">>> .tab-url-cell")) {
      const row = await cell.evaluateHandle((found, url) => {
        return found.textContent?.trim() === url ? found.closest("tr") : null;
      }, url);
      const element = row.asElement();
      if (element) return element as ElementHandle<HTMLTableRowElement>;
    }
    return null;
  });
}
