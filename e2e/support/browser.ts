/**
 * A real Chromium, started with plain flags and attached to afterwards. A driver that launches the
 * browser keeps pages visible and timers unthrottled, which would falsify the measurements.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { type Running, start } from "./process.ts";

export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** What a machine without display and network needs. No flag changes the page lifecycle. */
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

export class TestBrowser {
  readonly #running: Running;
  readonly #browser: Browser;
  readonly #profile: string;

  private constructor(running: Running, browser: Browser, profile: string) {
    this.#running = running;
    this.#browser = browser;
    this.#profile = profile;
  }

  /** `flags` must leave the page lifecycle as it is, too. */
  static async start(...flags: readonly string[]): Promise<TestBrowser> {
    const profile = mkdtempSync(join(tmpdir(), "stillhere-browser-"));
    const args = [...FLAGS, ...flags, `--user-data-dir=${profile}`, "about:blank"];
    const running = await start(CHROMIUM, args, /DevTools listening on (ws:\S+)\s/);
    const browser = await puppeteer.connect({
      browserWSEndpoint: running.match[1] ?? "",
      defaultViewport: null,
    });
    return new TestBrowser(running, browser, profile);
  }

  async open(): Promise<Page> {
    return patient(await this.#browser.newPage());
  }

  /** With cookies and storage of its own, as another person's browser has. */
  async openApart(): Promise<Page> {
    return patient(await (await this.#browser.createBrowserContext()).newPage());
  }

  /** Kills the whole browser (SIGKILL). */
  async kill(): Promise<void> {
    await this.#running.kill();
  }

  async stop(): Promise<void> {
    await this.#browser.disconnect();
    await this.kill();
    // Its other processes may write for as long as they have not noticed.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** On a busy machine a page may take many times as long to load as on a quiet one. */
function patient(page: Page): Page {
  page.setDefaultTimeout(60_000);
  return page;
}
