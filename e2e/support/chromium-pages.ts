/**
 * Triggers on demand what Chromium otherwise does on its own to tabs and to its processes.
 * @module
 */
import type { Browser, ElementHandle, Page } from "puppeteer-core";
import { until } from "./wait.ts";

/**
 * Opens `chrome://discards`, Chromium's list of tabs, on which a tab can be discarded by hand. It
 * opens only after internal pages have been enabled, and it hides the tab that was in front.
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
 * Discards the tab at `url`. Chromium discards no tab in which text was typed, and none that a
 * debugger is attached to, so this permanently disconnects from the browser first.
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

/** Freezes a hidden tab, as Chromium does to save power, or resumes it. */
export async function setFrozen(page: Page, isFrozen: boolean): Promise<void> {
  const devtools = await page.createCDPSession();
  await devtools.send("Page.setWebLifecycleState", { state: isFrozen ? "frozen" : "active" });
  await devtools.detach();
}

/** Chromium's reasons not to freeze the tab at `url`, in its own words, sorted. */
export async function freezeObstacles(list: Page, url: string): Promise<string[]> {
  const row = await rowOf(list, url);
  // Two columns list reasons: why the tab is not discardable, and why it is not freezable.
  const reasons = await row.$$eval(".tooltip", (tips) => tips[1]?.textContent ?? "");
  return reasons
    .split(",")
    .map((reason) => reason.trim())
    .sort();
}

/** Kills all renderer processes (SIGKILL), as the system does when memory runs out. */
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
