/**
 * The console in a browser, used as people use it: by what is written on the page, and by keyboard.
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer-core";
import type { Role } from "../../packages/collector/src/core/lists.ts";
import type { TestCollector } from "./collector.ts";
import { until } from "./wait.ts";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

interface Violation {
  id: string;
  nodes: { html: string }[];
}

const NO_MOTION = { name: "prefers-reduced-motion", value: "reduce" };

let people = 0;

/**
 * Opens the console by an invitation, and accepts it.
 * @param site where the console is, if that is not the collector's own address
 */
export async function openConsole(
  page: Page,
  collector: TestCollector,
  { role = "admin", site = collector.url }: { role?: Role; site?: string } = {},
): Promise<void> {
  const invitation = await collector.request<{ url: string }>("POST", "/v1/invitations", { role });
  // From a page that is the console already, another fragment would load nothing.
  await page.goto("about:blank");
  await page.goto(`${site}/console${new URL(invitation.url).hash}`);
  // The form sets the focus when it appears.
  await new ConsolePage(page).seeFocusOn("#email");
  people += 1;
  await page.type("#email", `${role}${people}@example.com`);
  await page.type("#password", "correct horse battery");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#desk:not([hidden])");
}

export class ConsolePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Follows a link of the navigation, and waits until its page has the focus. */
  async visit(title: string): Promise<void> {
    await this.press(`nav ul ::-p-text(${title})`);
    await this.page.waitForFunction(
      (wanted) => {
        const { activeElement } = document;
        return activeElement?.matches(".page-title") && activeElement.textContent === wanted;
      },
      { polling: 50 },
      title,
    );
  }

  /**
   * Presses what can be pressed, as soon as it is there and enabled. It is pressed in the page, in one step:
   * a click by coordinates misses an element that moves meanwhile.
   */
  async press(selector: string): Promise<void> {
    await until(`${selector} to be pressed`, async () => {
      const found = await this.page.$(selector);
      return found?.evaluate((element) => {
        if (!(element instanceof HTMLElement)) return false;
        if (element.matches(":disabled") || !element.checkVisibility()) return false;
        element.focus();
        element.click();
        return true;
      });
    });
  }

  /** Replaces the text of an input, key by key. */
  async type(selector: string, text: string): Promise<void> {
    await this.page.waitForSelector(selector);
    await this.page.$eval(selector, (input) => (input as HTMLInputElement).select());
    await this.page.keyboard.press("Backspace");
    if (text !== "") await this.page.type(selector, text);
  }

  /** Moves the focus to an element with Tab alone, and presses keys there. */
  async pressOn(selector: string, ...keys: ("Enter" | "Space" | "ArrowDown")[]): Promise<void> {
    // What is disabled is passed by.
    const wanted = `:is(${selector}):not(:disabled)`;
    for (let presses = 0; presses < 200; presses += 1) {
      await this.page.waitForSelector(wanted);
      const isThere = await this.page.evaluate(
        (where) => document.activeElement?.matches(where) ?? false,
        wanted,
      );
      if (isThere) {
        for (const key of keys) await this.page.keyboard.press(key);
        return;
      }
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${selector}`);
  }

  /** Waits until the focus is on an element. A change of it is no mutation, so that no selector waits for it. */
  async seeFocusOn(selector: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      { polling: 50 },
      selector,
    );
  }

  /** Waits until an element contains a text, also in a tab behind another, which paints no frames. */
  async seeIn(selector: string, text: string): Promise<void> {
    await this.page.waitForFunction(
      (where, what) => document.querySelector(where)?.textContent?.includes(what) ?? false,
      { polling: 50 },
      selector,
      text,
    );
  }

  /**
   * What axe finds wrong with the page as it is, and whether it is wider than the window. Of an open dialog
   * it examines that alone, since nothing else can be used then.
   * @param within what is examined without a dialog: other pages may hold hundreds of rows
   */
  async complaints(within = "html"): Promise<string[]> {
    if (!(await this.page.evaluate(() => "axe" in window))) await this.page.evaluate(AXE);
    const violations = await this.page.evaluate(async (selector) => {
      const { axe } = window as unknown as {
        axe: { run(context: Element): Promise<{ violations: Violation[] }> };
      };
      const dialog = document.querySelector("dialog[open]");
      const examined = dialog ?? document.querySelector(selector) ?? document.documentElement;
      return (await axe.run(examined)).violations;
    }, within);
    const isTooWide = await this.page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    return [
      ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`),
      ...(isTooWide ? ["the page is wider than the window"] : []),
    ];
  }

  /** The complaints of a narrow dark window that is written from right to left, and of a wide bright one. */
  async allComplaints(within?: string): Promise<string[]> {
    await this.setScheme("dark");
    await this.page.setViewport({ width: 390, height: 800 });
    await this.page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
    const narrow = await this.complaints(within);
    await this.page.evaluate(() => document.documentElement.removeAttribute("dir"));
    await this.page.setViewport({ width: 1280, height: 900 });
    await this.setScheme("light");
    return [...narrow, ...(await this.complaints(within))];
  }

  /** Without motion, since a row that is just highlighted has the colours of no state. */
  async setScheme(value: "light" | "dark"): Promise<void> {
    await this.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }, NO_MOTION]);
  }
}
