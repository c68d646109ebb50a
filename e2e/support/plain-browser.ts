/**
 * Chromium or Firefox as users have it: plain flags, default preferences, and tabs controlled by an
 * extension. A driver is attached to Chromium only where a case needs it.
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
  // Without it `--load-extension` is ignored.
  "--disable-features=DisableLoadExtensionCommandLineSwitch",
];

/** No first-run pages, no updates, and no driver preferences, which change page lifecycles. */
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

  /** The browser's own name and version. */
  async version(): Promise<string> {
    return (await this.#attach()).version();
  }

  /** Quits the browser as its menu does. */
  async quit(): Promise<void> {
    const exited = once(this.#running.child, "exit");
    if (this.name === "firefox") await (await this.#attach()).close().catch(() => {});
    else {
      // Uses DevTools directly, because a driver would attach to every page first.
      const socket = new WebSocket(this.#endpoint);
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "Browser.close" }));
    }
    await exited;
  }

  /** Kills the whole browser (SIGKILL). */
  kill(): Promise<void> {
    return this.#running.kill();
  }

  /** Kills every process that holds pages (SIGKILL), as the system does when memory runs out. */
  killRenderers(): void {
    const renderer = this.name === "chromium" ? /--type=renderer/ : /-contentproc.* tab$/;
    for (const { pid, command } of descendantsOf(this.#running.child.pid ?? 0)) {
      if (renderer.test(command)) process.kill(pid, "SIGKILL");
    }
  }

  /** Freezes or resumes the hidden tab at `url`. Chromium only. */
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
  const extra = [`--user-data-dir=${profile}`, `--load-extension=${extension}`, "about:blank"];
  return start(CHROMIUM, [...CHROMIUM_FLAGS, ...extra], /DevTools listening on (ws:\S+)/);
}

function startFirefox(profile: string) {
  const lines = Object.entries(FIREFOX_PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, "user.js"), lines.join("\n"));
  const extra = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
  return start(FIREFOX, [...extra, "about:blank"], /WebDriver BiDi listening on (ws:\S+)/);
}

function descendantsOf(ancestor: number): { pid: number; command: string }[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        // The name in parentheses may contain spaces.
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
