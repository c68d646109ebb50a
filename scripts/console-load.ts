/**
 * The console under load: a real collector whose conversations change all the time, and a real Chromium on each page
 * that lists them. Prints a table of what opening, scrolling and typing take, of the memory, and of how far behind the
 * page is. Requires a build and Chromium (path in `CHROMIUM`).
 *
 *     node scripts/console-load.ts [--sessions 5000] [--rate 50] [--minutes 5] [--pages now,conversations,agents]
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Page } from "puppeteer-core";
import { TestBrowser } from "../e2e/support/browser.ts";
import { BusyDesk } from "../e2e/support/busy-desk.ts";
import { TestCollector } from "../e2e/support/collector.ts";
import { openConsole } from "../e2e/support/console-page.ts";
import { PageProbe } from "../e2e/support/page-probe.ts";
import { pause, until } from "../e2e/support/wait.ts";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "5000" },
    rate: { type: "string", default: "50" },
    minutes: { type: "string", default: "5" },
    pages: { type: "string", default: "now,conversations,agents" },
  },
});
const sessions = Number(values.sessions);
const rate = Number(values.rate);
const minutes = Number(values.minutes);

const COUNT = new Intl.NumberFormat();

interface PageKind {
  /** The attribute of a row with its conversation's id. */
  readonly row: string;
  /** Makes the page hold all that it can. */
  prepare(page: Page): Promise<void>;
  /** Where words are typed. */
  readonly input: string;
  readonly words: readonly string[];
}

const KINDS: Readonly<Record<string, PageKind>> = {
  now: {
    row: "data-session",
    /** At first it reads a thousand. */
    async prepare(page) {
      const isRead = () =>
        page.evaluate((wanted) => {
          const numbers = document.querySelectorAll("#summary strong");
          const total = [...numbers].reduce((sum, each) => sum + Number(each.textContent), 0);
          if (total !== wanted) document.querySelector<HTMLElement>("#more:not([hidden])")?.click();
          return total === wanted;
        }, sessions);
      await until("all conversations to be read", isRead, 60_000);
    },
    input: "#search",
    words: ["orders", "conv_12", "sok", "amelie", "48010"],
  },
  conversations: {
    row: "data-conversation",
    prepare: (page) => statusSays(page, `${COUNT.format(sessions)} conv`),
    input: "#filter-q",
    words: ["conv_123", "conv_11", "48010"],
  },
  agents: {
    row: "data-waiting",
    prepare: async (page) => void (await page.waitForSelector("[data-waiting]")),
    input: "#agent-form [name=agent]",
    words: ["anna weber", "joan"],
  },
};

async function statusSays(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector("#conversations-status")?.textContent?.startsWith(wanted),
    { polling: 50, timeout: 60_000 },
    words,
  );
}

type Row = readonly [name: string, value: string];

async function measure(browser: TestBrowser, name: string, kind: PageKind): Promise<Row[]> {
  const collector = await TestCollector.start();
  const desk = new BusyDesk(collector, sessions);
  await desk.fill();
  const page = await browser.open();
  await page.setViewport({ width: 1280, height: 900 });
  await openConsole(page, collector);
  await page.goto("about:blank");
  await page.setCacheEnabled(false);
  const probe = await PageProbe.start(page, kind.row);
  const stop = new AbortController();
  const running = desk.run(rate, stop.signal);
  try {
    await page.goto(`${collector.url}/console#/${name}`);
    const firstRow = await page.waitForFunction(
      (row) => document.querySelector(row) !== null && performance.now(),
      { polling: "mutation" },
      `[${kind.row}]`,
    );
    const firstPaint = await page.evaluate(
      () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    );
    await kind.prepare(page);
    const changesBefore = desk.changes;
    const start = await probe.use();
    const startedAt = performance.now();
    let furthest = 0;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        furthest = Math.max(furthest, await behind(probe, collector));
        await pause(500);
      }
    })();
    const scrolled = await probe.frames(() => scroll(page));
    const [keys, shown] = await type(probe, kind);
    await pauseUntil(startedAt + 60_000);
    const minute = await probe.use();
    const isLong = minutes > 1;
    await pauseUntil(startedAt + minutes * 60_000);
    const end = isLong ? await probe.use() : minute;
    const seconds = (performance.now() - startedAt) / 1_000;
    isOver = true;
    await watching;
    stop.abort();
    await running;
    const unread = await behind(probe, collector);
    const keySeconds = await processorTimeOfKeys(probe, kind);
    const { toReader, toRow, longTasks } = await probe.counts();
    const used = end.processorSeconds - start.processorSeconds;
    return [
      ["first paint", ms(firstPaint)],
      ["first row", ms(Number(await firstRow.jsonValue()))],
      ["JavaScript heap: all read, after 1 min", `${mb(start.heapBytes)}, ${mb(minute.heapBytes)}`],
      ...(isLong ? [[`… after ${minutes} min`, mb(end.heapBytes)] as const] : []),
      ["DOM nodes: at the beginning, at the end", `${start.nodes}, ${end.nodes}`],
      ["event listeners: at the beginning, at the end", `${start.listeners}, ${end.listeners}`],
      ["scrolling: frames over 50 ms", share(scrolled.gapsMs, (gap) => gap > 50)],
      ["scrolling: longest frame", ms(Math.max(...scrolled.gapsMs))],
      ["scrolling: processor time of a frame, p50 / p99", quantiles(scrolled.costsMs)],
      ["typing: key to frame, p50 / p99", quantiles(keys)],
      ...(shown.length > 0 ? [["typing: last key to result", quantiles(shown)] as const] : []),
      ["typing: processor time of a key, without changes", ms(keySeconds * 1_000)],
      ["tasks over 50 ms, a minute", ((longTasks.length / seconds) * 60).toFixed(1)],
      ["longest task", ms(Math.max(0, ...longTasks))],
      ["commit to reader, p50 / p99", quantiles(toReader)],
      ["commit to row, p50 / p99", `${quantiles(toRow)} of ${toRow.length}`],
      ["changes committed in that time", `${desk.changes - changesBefore}`],
      ["furthest that the reader was behind, changes", `${furthest}`],
      ["behind once the last change was answered, changes", `${unread}`],
      ["processor time of the page, in each second", ms((used / seconds) * 1_000)],
    ];
  } finally {
    stop.abort();
    await running.catch(() => {});
    await page.close();
    await collector.stop();
  }
}

/** How many transitions the collector has committed after the last one that the page's reader took. */
async function behind(probe: PageProbe, collector: TestCollector): Promise<number> {
  const id = await probe.lastId();
  return id === "" ? 0 : (await collector.log(id)).length;
}

function pauseUntil(at: number): Promise<void> {
  return pause(Math.max(0, at - performance.now()));
}

async function scroll(page: Page): Promise<void> {
  await page.mouse.move(640, 450);
  for (const deltaY of [500, -500, 900]) {
    for (let count = 0; count < 60; count += 1) {
      await page.mouse.wheel({ deltaY });
      await pause(50);
    }
  }
}

/** @returns the times from each key to its frame, and from each last key to what the collector found */
async function type(probe: PageProbe, { input, words }: PageKind): Promise<[number[], number[]]> {
  const { page } = probe;
  const asks = input.startsWith("#filter");
  const shown: number[] = [];
  await page.evaluate((selector) => {
    const element = document.querySelector<HTMLElement>(selector);
    const around = element?.closest("details");
    if (around) around.open = true;
    element?.focus();
  }, input);
  const keys = await probe.keys(async () => {
    for (const word of Array.from({ length: 4 }, () => words).flat()) {
      await page.keyboard.type(word, { delay: 80 });
      const at = Date.now();
      if (asks) shown.push((await found(page, word)) - at);
      await pause(500);
      await page.evaluate(
        (selector) => document.querySelector<HTMLInputElement>(selector)?.select(),
        input,
      );
      await page.keyboard.press("Backspace");
      if (asks) await statusSays(page, `${COUNT.format(sessions)} conv`);
      await pause(300);
    }
  });
  return [keys, shown];
}

/** Processor time of the page for each key, in seconds. A busy machine makes it no longer. */
async function processorTimeOfKeys(probe: PageProbe, kind: PageKind): Promise<number> {
  await pause(2_000);
  const before = await probe.processorSeconds();
  const [keys] = await type(probe, kind);
  return ((await probe.processorSeconds()) - before) / keys.length;
}

/** When the page has what the collector found for a word. */
async function found(page: Page, word: string): Promise<number> {
  const at = await page.waitForFunction(
    (wanted, all) => {
      const status = document.querySelector("#conversations-status")?.textContent ?? "";
      const isRead = /^\d+ conversations?$/.test(status.replaceAll(",", ""));
      return (
        location.hash.endsWith(`q=${wanted}`) && isRead && !status.startsWith(all) && Date.now()
      );
    },
    { polling: "mutation", timeout: 60_000 },
    word,
    `${COUNT.format(sessions)} conv`,
  );
  return Number(await at.jsonValue());
}

function quantiles(samples: readonly number[]): string {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return `${at(0.5).toFixed(0)} / ${at(0.99).toFixed(0)} ms`;
}

function share(samples: readonly number[], isCounted: (sample: number) => boolean): string {
  return `${((samples.filter(isCounted).length / samples.length) * 100).toFixed(1)} %`;
}

const ms = (value: number) => `${value.toFixed(0)} ms`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const browser = await TestBrowser.start();
try {
  const tables = [];
  const names = values.pages.split(",");
  for (const name of names) {
    const kind = KINDS[name];
    if (!kind) throw new Error(`There is no page ${name}: ${Object.keys(KINDS).join(", ")}.`);
    tables.push(new Map(await measure(browser, name, kind)));
    console.error(name, tables.at(-1));
  }
  const rows = new Set(tables.flatMap((table) => [...table.keys()]));
  console.log(
    `${sessions} conversations, ${rate} changes a second, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(", ")}\n`,
  );
  console.log(`| | ${names.join(" | ")} |`);
  console.log(`| --- |${" --- |".repeat(names.length)}`);
  for (const row of rows) {
    console.log(`| ${row} | ${tables.map((table) => table.get(row) ?? "").join(" | ")} |`);
  }
} finally {
  await browser.stop();
}
