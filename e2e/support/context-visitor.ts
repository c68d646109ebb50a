/**
 * A visitor of the shop in a separate browser context, with separate cookies and a separate window.
 * Several can wait in one browser, and all their pages are visible.
 * @module
 */
import type { BrowserContext, Page } from "puppeteer-core";
import type { Fixture } from "../visitor.ts";
import type { TestBrowser } from "./browser.ts";
import type { Transition } from "./collector.ts";
import { until } from "./wait.ts";

export interface ContextVisitorRow {
  readonly presence: string;
  readonly state: string;
  readonly pages: readonly { page: string; visibility: string; leaseUntil: string | null }[];
}

export class ContextVisitor {
  readonly page: Page;
  readonly session: string;
  readonly #context: BrowserContext;
  readonly #fixture: Fixture;

  private constructor(fixture: Fixture, context: BrowserContext, page: Page, session: string) {
    this.#fixture = fixture;
    this.#context = context;
    this.page = page;
    this.session = session;
  }

  /**
   * Opens the shop and writes in its chat; resolves when the collector reports the visitor online.
   */
  static async startChat(fixture: Fixture, browser: TestBrowser): Promise<ContextVisitor> {
    const blank = await browser.open();
    const context = await blank.browser().createBrowserContext();
    await blank.close();
    const page = await context.newPage();
    await page.goto(fixture.shop.url, { waitUntil: "load" });
    // Clicks by script, because a small window may need the chat opened first.
    await page.$eval("[data-testid=chat-open]", (button) => (button as HTMLElement).click());
    await page.waitForSelector("[data-testid=chat-input]", { visible: true });
    await page.type("[data-testid=chat-input]", "Where is my order?");
    await page.click("[data-testid=chat-send]");
    const tag = await page.waitForSelector("script[data-session]");
    const session = (await tag?.evaluate((script) => script.getAttribute("data-session"))) ?? "";
    const visitor = new ContextVisitor(fixture, context, page, session);
    await visitor.waitUntil("online", (row) => row.presence === "online" && row.state === "active");
    return visitor;
  }

  /** Opens another tab in the same window, which hides the first one. */
  openTab(): Promise<Page> {
    return this.#context.newPage();
  }

  row(): Promise<ContextVisitorRow> {
    return this.#fixture.collector.request<ContextVisitorRow>(
      "GET",
      `/v1/sessions/${this.session}`,
    );
  }

  waitUntil(
    what: string,
    holds: (row: ContextVisitorRow) => boolean,
    timeoutMs = 10_000,
  ): Promise<ContextVisitorRow> {
    return until(
      `${this.session}: ${what}`,
      async () => {
        const row = await this.row();
        return holds(row) && row;
      },
      timeoutMs,
    );
  }

  /** The session's transitions to offline. */
  async offlineTransitions(): Promise<Transition[]> {
    const history = await this.#fixture.collector.history(this.session);
    return history.filter(({ to }) => to.presence === "offline");
  }
}
