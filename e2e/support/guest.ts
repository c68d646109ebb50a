/**
 * A guest of the shop with cookies and a window of their own, so that several wait in one browser
 * and all of them are seen.
 * @module
 */
import type { BrowserContext, Page } from "puppeteer-core";
import type { Fixture } from "../visitor.ts";
import type { TestBrowser } from "./browser.ts";
import type { Transition } from "./collector.ts";
import { until } from "./wait.ts";

export interface GuestRow {
  readonly presence: string;
  readonly state: string;
  readonly pages: readonly { page: string; visibility: string; leaseUntil: string | null }[];
}

export class Guest {
  readonly page: Page;
  readonly session: string;
  readonly #context: BrowserContext;
  readonly #scene: Fixture;

  private constructor(scene: Fixture, context: BrowserContext, page: Page, session: string) {
    this.#scene = scene;
    this.#context = context;
    this.page = page;
    this.session = session;
  }

  /** Opens the shop and writes in its chat; resolves when the collector sees them there. */
  static async arrive(scene: Fixture, browser: TestBrowser): Promise<Guest> {
    const blank = await browser.open();
    const context = await blank.browser().createBrowserContext();
    await blank.close();
    const page = await context.newPage();
    await page.goto(scene.shop.url, { waitUntil: "load" });
    // By script: in a small window the chat has to be opened first.
    await page.$eval("[data-testid=chat-open]", (button) => (button as HTMLElement).click());
    await page.waitForSelector("[data-testid=chat-input]", { visible: true });
    await page.type("[data-testid=chat-input]", "Where is my order?");
    await page.click("[data-testid=chat-send]");
    const tag = await page.waitForSelector("script[data-session]");
    const session = (await tag?.evaluate((script) => script.getAttribute("data-session"))) ?? "";
    const guest = new Guest(scene, context, page, session);
    await guest.becomes("online", (row) => row.presence === "online" && row.state === "active");
    return guest;
  }

  /** Another tab in the same window: the one before is hidden by it. */
  open(): Promise<Page> {
    return this.#context.newPage();
  }

  row(): Promise<GuestRow> {
    return this.#scene.collector.ask<GuestRow>("GET", `/v1/sessions/${this.session}`);
  }

  becomes(what: string, holds: (row: GuestRow) => boolean, withinMs = 10_000): Promise<GuestRow> {
    return until(
      `${this.session}: ${what}`,
      async () => {
        const row = await this.row();
        return holds(row) && row;
      },
      withinMs,
    );
  }

  /** How often the session was offline. */
  async absences(): Promise<Transition[]> {
    const history = await this.#scene.collector.history(this.session);
    return history.filter(({ to }) => to.presence === "offline");
  }
}
