/**
 * Chromium or Firefox as people have it: plain flags, the preferences of a first start, and tabs in
 * the hands of an extension. To Chromium a driver is attached only where a case cannot do without.
 * @module
 */
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";
import { CHROMIUM } from "./browser.ts";
import { type Running, start } from "./process.ts";
import { TabExtension } from "./tab-extension.ts";

export const BROWSERS = ["chromium", "firefox"] as const;

export type BrowserName = (typeof BROWSERS)[number];

const FIREFOX = process.env["FIREFOX"] ?? "/usr/bin/firefox-esr";

const CHROMIUM_FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
  // Without it the next flag is ignored.
  "--disable-features=DisableLoadExtensionCommandLineSwitch",
];

/** No greetings and no updates; and none of what a driver prefers, which changes how pages live. */
const FIREFOX_PREFERENCES = {
  "remote.prefs.recommended": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage": "about:blank",
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

export class PlainBrowser {
  readonly name: BrowserName;
  readonly tabs: TabExtension;
  readonly #running: Running & { readonly match: RegExpExecArray };
  readonly #profile: string;
  #driver: Browser | null = null;

  private constructor(
    name: BrowserName,
    running: Running & { readonly match: RegExpExecArray },
    tabs: TabExtension,
    profile: string,
  ) {
    this.name = name;
    this.tabs = tabs;
    this.#running = running;
    this.#profile = profile;
  }

  static async start(name: BrowserName): Promise<PlainBrowser> {
    const profile = mkdtempSync(join(tmpdir(), "stillhere-browser-"));
    const tabs = await TabExtension.start();
    const running =
      name === "chromium" ? await startChromium(profile, tabs.folder) : await startFirefox(profile);
    const browser = new PlainBrowser(name, running, tabs, profile);
    if (name === "firefox") await (await browser.#attach()).installExtension(tabs.folder);
    return browser;
  }

  /** As the browser itself calls itself. */
  async version(): Promise<string> {
    return (await this.#attach()).version();
  }

  /** Ends as by its own menu. */
  async quit(): Promise<void> {
    const ended = once(this.#running.child, "exit");
    if (this.name === "firefox") await (await this.#attach()).close().catch(() => {});
    else {
      // A driver would attach to every page first.
      const line = new WebSocket(this.#endpoint);
      line.onopen = () => line.send(JSON.stringify({ id: 1, method: "Browser.close" }));
    }
    await ended;
  }

  /** The whole browser dies at once. */
  kill(): Promise<void> {
    return this.#running.kill();
  }

  /** Every process that holds pages dies at once (SIGKILL), as when memory runs out. */
  killRenderers(): void {
    const renderer = this.name === "chromium" ? /--type=renderer/ : /-contentproc.* tab$/;
    for (const { pid, command } of descendantsOf(this.#running.child.pid ?? 0)) {
      if (renderer.test(command)) process.kill(pid, "SIGKILL");
    }
  }

  /** Stops everything in the hidden tab at `url`, or lets it run again. Chromium only. */
  async setFrozen(url: string, isFrozen: boolean): Promise<void> {
    const pages = await (await this.#attach()).pages();
    const page = pages.find((each) => each.url() === url);
    const devtools = await page?.createCDPSession();
    const state = isFrozen ? "frozen" : "active";
    await devtools?.send("Page.setWebLifecycleState", { state });
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.#driver?.disconnect().catch(() => {});
    await this.tabs.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  get #endpoint(): string {
    return this.#running.match[1] ?? "";
  }

  async #attach(): Promise<Browser> {
    this.#driver ??=
      this.name === "chromium"
        ? await puppeteer.connect({ browserWSEndpoint: this.#endpoint, defaultViewport: null })
        : await puppeteer.connect({
            browserWSEndpoint: `${this.#endpoint}/session`,
            protocol: "webDriverBiDi",
            defaultViewport: null,
          });
    return this.#driver;
  }
}

function startChromium(profile: string, extension: string) {
  const own = [`--user-data-dir=${profile}`, `--load-extension=${extension}`, "about:blank"];
  return start(CHROMIUM, [...CHROMIUM_FLAGS, ...own], /DevTools listening on (ws:\S+)/);
}

function startFirefox(profile: string) {
  const lines = Object.entries(FIREFOX_PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, "user.js"), lines.join("\n"));
  const own = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
  return start(FIREFOX, [...own, "about:blank"], /WebDriver BiDi listening on (ws:\S+)/);
}

function descendantsOf(ancestor: number): { pid: number; command: string }[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        // The name in parentheses may hold spaces itself.
        const [, parent] =
          readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return { pid: Number(name), parent: Number(parent), command };
      } catch {
        return { pid: Number(name), parent: 0, command: "" };
      }
    });
  const family = new Set([ancestor]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}
