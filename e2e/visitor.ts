/**
 * One visitor of the shop in a browser of their own, and what the collector makes of them.
 * @module
 */
import type { Page } from "puppeteer-core";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector, type Transition } from "./support/collector.ts";
import { NetworkLine } from "./support/network-line.ts";
import { startShop, type TestShop } from "./support/shop.ts";
import { until } from "./support/wait.ts";

/** The same code with shorter times: nothing but settings makes a test quick. */
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

export interface Row {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly presence: string;
  readonly queue: string;
  readonly pages: readonly { visibility: string }[];
}

/** Collector, shop and the line between page and collector; browsers come and go. */
export class Fixture {
  readonly collector: TestCollector;
  readonly line: NetworkLine;
  readonly shop: TestShop;

  private constructor(collector: TestCollector, line: NetworkLine, shop: TestShop) {
    this.collector = collector;
    this.line = line;
    this.shop = shop;
  }

  static async setUp(): Promise<Fixture> {
    const collector = await TestCollector.start();
    const line = await NetworkLine.to(collector.url);
    const shop = await startShop(line.url, collector.keys);
    await collector.ask("PATCH", "/v1/settings", { ...SETTINGS, origins: [shop.url] });
    return new Fixture(collector, line, shop);
  }

  async tearDown(): Promise<void> {
    await this.shop.kill();
    await this.line.close();
    await this.collector.stop();
  }

  async visitor(): Promise<Visitor> {
    return new Visitor(this, await TestBrowser.start());
  }
}

export class Visitor {
  readonly browser: TestBrowser;
  readonly #scene: Fixture;
  session = "";

  constructor(scene: Fixture, browser: TestBrowser) {
    this.#scene = scene;
    this.browser = browser;
  }

  /** Opens a page of the shop in a new tab. */
  async visit(path = "/"): Promise<Page> {
    const page = await this.browser.open();
    await page.goto(`${this.#scene.shop.url}${path}`, { waitUntil: "load" });
    return page;
  }

  /** Opens the shop and writes in its chat; resolves when the collector sees the visitor there. */
  async chat(text = "Where is my order?"): Promise<Page> {
    const page = await this.visit();
    const known = new Set((await this.#rows()).map(({ id }) => id));
    await page.waitForSelector("[data-testid=chat-input]");
    const isShut = await page.$eval(
      "[data-testid=chat-input]",
      (input) => !input.checkVisibility(),
    );
    if (isShut) await page.click("[data-testid=chat-open]");
    await page.type("[data-testid=chat-input]", text);
    await page.click("[data-testid=chat-send]");
    this.session = await until("a session that begins", async () => {
      return (await this.#rows()).find(({ id }) => !known.has(id))?.id;
    });
    await this.becomes(
      "online and active",
      (row) => row.presence === "online" && row.state === "active",
    );
    return page;
  }

  async row(): Promise<Row> {
    return this.#scene.collector.ask<Row>("GET", `/v1/sessions/${this.session}`);
  }

  /** Waits until the session stands so, and answers how. */
  becomes(what: string, holds: (row: Row) => boolean, withinMs = 10_000): Promise<Row> {
    return until(
      what,
      async () => {
        const row = await this.row();
        return holds(row) && row;
      },
      withinMs,
    );
  }

  history(): Promise<Transition[]> {
    return this.#scene.collector.history(this.session);
  }

  /** How often the session was offline. */
  async absences(): Promise<Transition[]> {
    return (await this.history()).filter(({ to }) => to.presence === "offline");
  }

  async #rows(): Promise<Row[]> {
    const answer = await this.#scene.collector.ask<{ sessions: Row[] }>("GET", "/v1/sessions");
    return answer.sessions;
  }
}
