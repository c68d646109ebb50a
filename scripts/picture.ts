/**
 * Makes docs/images/demo.png from the real demo: a few visitors in its shop, one of whom closes the tab,
 * and the console that shows it. Requires a build and Chromium (path in `CHROMIUM`). Text is rendered in
 * the fonts of this machine.
 */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer-core";
import { TestBrowser } from "../e2e/support/browser.ts";
import { start } from "../e2e/support/process.ts";
import { pause, until } from "../e2e/support/wait.ts";

const COMMAND = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));
const PICTURE = fileURLToPath(new URL("../docs/images/demo.png", import.meta.url));
const MAX_BYTES = 400 * 1024;

const SHOP_WIDTH = 412;
/** The minimum width at which the console shows two columns. */
const CONSOLE_WIDTH = 1120;
const WIDTH = 1600;
/** Used until the console's height is known. */
const ANY_HEIGHT = 800;
/** Makes the times in the console differ. */
const BETWEEN_MS = 6_000;

/** In the order in which they write, with what the helpdesk then reports about them. */
const VISITORS = [
  {
    texts: ["Hi! Does the whistling kettle work on an induction hob?", "No hurry, I’ll wait here."],
    report: { user: "Mara", ticket: { id: "4711" } },
  },
  {
    texts: ["My teapot came with a chipped lid. Can I get a new one?"],
    report: { user: "Jonas", ticket: { id: "4712", priority: "high" } },
  },
  {
    texts: ["When will the blue cups be back?"],
    report: { user: "Aiko", ticket: { id: "4713" } },
  },
  {
    texts: ["Where is my parcel?"],
    report: { user: "Samira", ticket: { id: "4714" } },
  },
] as const;

interface Visitor {
  readonly page: Page;
  readonly session: string;
}

class Demo {
  readonly shop: string;
  readonly console: string;
  readonly #stop: () => Promise<void>;

  private constructor(shop: string, console: string, stop: () => Promise<void>) {
    this.shop = shop;
    this.console = console;
    this.#stop = stop;
  }

  /** Starts `stillhere demo` in its own folder on free ports. */
  static async start(): Promise<Demo> {
    const folder = mkdtempSync(join(tmpdir(), "stillhere-picture-"));
    // The demo keeps its files in the working directory, which it inherits.
    process.chdir(folder);
    const printed = /Shop\s+(http:\S+).*Console\s+(http:\S+)/s;
    const running = await start(process.execPath, [COMMAND, "demo"], printed, { PORT: "0" });
    const [, shop = "", console = ""] = running.match;
    return new Demo(shop, console, async () => {
      // SIGTERM instead of SIGKILL, so that the demo can stop its shop.
      const ended = once(running.child, "exit");
      running.child.kill("SIGTERM");
      await ended;
      process.chdir(tmpdir());
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Calls the collector's server API, as the helpdesk does. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { origin } = new URL(this.console);
    const keys = JSON.parse(readFileSync(".stillhere/demo-keys.json", "utf8"));
    const response = await fetch(origin + path, {
      method,
      headers: {
        Authorization: `Bearer ${keys.secretKey}`,
        "Content-Type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Waits for the shop, which is a separate process and starts a little later. */
  async shopOpens(): Promise<void> {
    const answer = () => fetch(this.shop).catch(() => null);
    await until("the shop", async () => (await answer())?.ok);
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

/** Opens a tab with its own window and cookies. */
async function openTab(browser: TestBrowser, width: number): Promise<Page> {
  const blank = await browser.open();
  const context = await blank.browser().createBrowserContext();
  await blank.close();
  const page = await context.newPage();
  await resize(page, width, ANY_HEIGHT);
  const devtools = await page.createCDPSession();
  await devtools.send("Emulation.setScrollbarsHidden", { hidden: true });
  return page;
}

function resize(page: Page, width: number, height: number): Promise<void> {
  return page.setViewport({ width, height });
}

/** Opens the shop and writes in its chat; resolves when the collector reports the visitor online. */
async function write(demo: Demo, browser: TestBrowser, texts: readonly string[]): Promise<Visitor> {
  const known = new Set((await sessions(demo)).map(({ id }) => id));
  const page = await openTab(browser, SHOP_WIDTH);
  await page.goto(demo.shop, { waitUntil: "load" });
  await page.click("[data-testid=chat-open]");
  for (const text of texts) {
    await page.type("[data-testid=chat-input]", text);
    await page.click("[data-testid=chat-send]");
    await page.waitForFunction((said) => document.body.textContent.includes(said), {}, text);
  }
  const session = await until("a visitor who waits", async () => {
    const all = await sessions(demo);
    return all.find(({ id, presence }) => !known.has(id) && presence === "online")?.id;
  });
  return { page, session };
}

async function sessions(demo: Demo): Promise<{ id: string; presence: string }[]> {
  type List = { sessions: { id: string; presence: string }[] };
  return (await demo.ask<List>("GET", "/v1/sessions")).sessions;
}

/** The height down to the end of the console's conversations. */
function heightOf(lead: Page): Promise<number> {
  return lead.$eval(
    "#columns",
    (columns) => Math.ceil(columns.getBoundingClientRect().bottom) + 16,
  );
}

interface Shot {
  readonly title: string;
  readonly note: string;
  /** PNG, base64. */
  readonly png: string;
}

/** Renders the screenshots side by side. */
async function compose(page: Page, shots: readonly Shot[]): Promise<Uint8Array> {
  const figures = shots.map(
    ({ title, note, png }) => `<figure>
<figcaption><b>${title}</b> ${note}</figcaption>
<img src="data:image/png;base64,${png}">
</figure>`,
  );
  await resize(page, WIDTH, ANY_HEIGHT);
  await page.setContent(`<!doctype html>
<style>
html { background: #dde5ea; }
body { display: flex; justify-content: space-between; margin: 0; padding: 22px 22px 28px;
  color: #46515b; font: 20px/1.3 system-ui, sans-serif; }
figure { margin: 0; }
figcaption { margin: 0 4px 14px; white-space: nowrap; }
b { margin-right: 8px; color: #1a1f24; }
img { display: block; border-radius: 12px; box-shadow: 0 1px 2px #1a1f2433, 0 10px 26px #1a1f242e; }
</style>
${figures.join("")}`);
  const body = await page.$("body");
  if (!body) throw new Error("The page has no body.");
  return body.screenshot();
}

/** Plays the scene of the picture in real time. */
async function play(demo: Demo, browser: TestBrowser): Promise<Uint8Array> {
  const lead = await openTab(browser, CONSOLE_WIDTH);
  await lead.goto(demo.console, { waitUntil: "load" });

  const visitors: Visitor[] = [];
  for (const { texts, report } of VISITORS) {
    const visitor = await write(demo, browser, texts);
    await demo.ask("PUT", `/v1/sessions/${visitor.session}`, report);
    visitors.push(visitor);
    await pause(BETWEEN_MS);
  }
  const [waiting, leaving, served] = visitors;
  if (!waiting || !leaving || !served) throw new Error("At least three visitors are required.");
  const assigned = { type: "assigned", agent: "Lena" };
  await demo.ask("POST", `/v1/sessions/${served.session}/events`, assigned);
  await pause(BETWEEN_MS);

  const inactiveRow = `[data-session="${leaving.session}"][data-reason=user_offline]`;
  await leaving.page.close();
  await lead.waitForSelector(inactiveRow);
  const height = await heightOf(lead);
  const clip = { x: 0, y: 0, width: CONSOLE_WIDTH, height };
  const desk = await lead.screenshot({ encoding: "base64", clip, captureBeyondViewport: true });
  await resize(waiting.page, SHOP_WIDTH, height);
  const shop = await waiting.page.screenshot({ encoding: "base64" });

  return compose(await openTab(browser, WIDTH), [
    { title: "The shop", note: "Mara waits in its chat", png: shop },
    {
      title: "The console",
      note: "Jonas closed his tab, and his row has just turned",
      png: desk,
    },
  ]);
}

const demo = await Demo.start();
let browser: TestBrowser | undefined;
try {
  await demo.shopOpens();
  browser = await TestBrowser.start();
  const picture = await play(demo, browser);
  if (picture.length > MAX_BYTES) throw new Error(`The picture has ${picture.length} bytes.`);
  mkdirSync(dirname(PICTURE), { recursive: true });
  writeFileSync(PICTURE, picture);
  console.log(`${PICTURE}: ${Math.round(picture.length / 1024)} KB`);
} finally {
  await browser?.stop();
  await demo.stop();
}
