/**
 * A visitor of the shop in a separate browser, and the state that the collector reports for them.
 * @module
 */
import type { Page } from "puppeteer-core";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector, type Transition } from "./support/collector.ts";
import { startShop, type TestShop } from "./support/shop.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";
import { until } from "./support/wait.ts";

/**
 * Durations that keep tests short. They are ordinary settings, so the code under test is unchanged.
 */
export const SECONDS = { buffer: 1.5, beat: 0.4, lease: 1 } as const;

const SETTINGS = {
  termsAccepted: true,
  presence: {
    mode: "on",
    bufferSeconds: SECONDS.buffer,
    beatSeconds: {
      waiting: SECONDS.beat,
      assigned: SECONDS.beat,
      hidden: SECONDS.beat,
      idle: SECONDS.beat,
    },
    leaseSeconds: SECONDS.lease,
  },
};

export interface SessionRow {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly presence: string;
  readonly queue: string;
  readonly nextDeadlineAt: string | null;
  readonly pages: readonly { visibility: string; leaseUntil: string }[];
}

/**
 * The collector, the shop and the proxy between pages and collector; each visitor adds a browser.
 */
export class Fixture {
  readonly collector: TestCollector;
  readonly proxy: TcpProxy;
  readonly shop: TestShop;

  private constructor(collector: TestCollector, proxy: TcpProxy, shop: TestShop) {
    this.collector = collector;
    this.proxy = proxy;
    this.shop = shop;
  }

  static async setUp(): Promise<Fixture> {
    const collector = await TestCollector.start();
    const proxy = await TcpProxy.to(collector.url);
    const shop = await startShop(proxy.url, collector.keys);
    await collector.request("PATCH", "/v1/settings", { ...SETTINGS, origins: [shop.url] });
    return new Fixture(collector, proxy, shop);
  }

  async tearDown(): Promise<void> {
    await this.shop.kill();
    await this.proxy.close();
    await this.collector.stop();
  }

  async visitor(): Promise<Visitor> {
    return new Visitor(this, await TestBrowser.start());
  }
}

export class Visitor {
  readonly browser: TestBrowser;
  readonly #fixture: Fixture;
  session = "";

  constructor(fixture: Fixture, browser: TestBrowser) {
    this.#fixture = fixture;
    this.browser = browser;
  }

  /** Opens a page of the shop in a new tab. */
  async visit(path = "/"): Promise<Page> {
    const page = await this.browser.open();
    await page.goto(`${this.#fixture.shop.url}${path}`, { waitUntil: "load" });
    return page;
  }

  /**
   * Opens the shop and writes in its chat; resolves when the collector reports the visitor online.
   */
  async chat(text = "Where is my order?"): Promise<Page> {
    const page = await this.visit();
    const existing = new Set((await this.#rows()).map(({ id }) => id));
    await page.waitForSelector("[data-testid=chat-input]");
    const isClosed = await page.$eval(
      "[data-testid=chat-input]",
      (input) => !input.checkVisibility(),
    );
    if (isClosed) await page.click("[data-testid=chat-open]");
    await page.type("[data-testid=chat-input]", text);
    await page.click("[data-testid=chat-send]");
    this.session = await until("a new session", async () => {
      return (await this.#rows()).find(({ id }) => !existing.has(id))?.id;
    });
    await this.waitUntil(
      "online and active",
      (row) => row.presence === "online" && row.state === "active",
    );
    return page;
  }

  async row(): Promise<SessionRow> {
    return this.#fixture.collector.request<SessionRow>("GET", `/v1/sessions/${this.session}`);
  }

  /** Waits until the session satisfies `holds`, and returns it. */
  waitUntil(
    what: string,
    holds: (row: SessionRow) => boolean,
    timeoutMs?: number,
  ): Promise<SessionRow> {
    return until(
      what,
      async () => {
        const row = await this.row();
        return holds(row) && row;
      },
      timeoutMs,
    );
  }

  history(): Promise<Transition[]> {
    return this.#fixture.collector.history(this.session);
  }

  /** The session's transitions to offline. */
  async offlineTransitions(): Promise<Transition[]> {
    return (await this.history()).filter(({ to }) => to.presence === "offline");
  }

  async #rows(): Promise<SessionRow[]> {
    const list = await this.#fixture.collector.request<{ sessions: SessionRow[] }>(
      "GET",
      "/v1/sessions",
    );
    return list.sessions;
  }
}
