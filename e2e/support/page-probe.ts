/**
 * What a page of the console does while its conversations change, measured in the page itself.
 * @module
 */
import type { CDPSession, Page } from "puppeteer-core";

interface Transition {
  id: string;
  session: string;
  seq: number;
  at: string;
}

/** What the page's own script counts; only the page can read it, as `probe`. */
interface Counts {
  /** The last transition that the stream's reader took. */
  lastId: string;
  /** From each commit to its reader and to its row, in ms; only of rows that are rendered. */
  toReader: number[];
  toRow: number[];
  /** Tasks of 50 ms and more. */
  longTasks: number[];
  /** From one frame to the next while `isWatching`. */
  frames: number[];
  isWatching: boolean;
  /** From each key to the frame that shows its result. */
  keys: number[];
}

declare const probe: Counts;

/** Put into the page before its own script; complete in itself, since the browser runs it. */
function install(rowAttribute: string): void {
  const counts: Counts = {
    lastId: "",
    toReader: [],
    toRow: [],
    longTasks: [],
    frames: [],
    isWatching: false,
    keys: [],
  };
  Object.assign(globalThis, { probe: counts });

  // The reader parses one text for each transition; responses are not parsed by this function.
  const parse = JSON.parse;
  /** Committed changes that their rendered rows do not show yet. */
  const pending = new Map<string, number>();
  JSON.parse = (...args: Parameters<typeof JSON.parse>) => {
    const value: Partial<Transition> | null = parse(...args);
    if (value?.session !== undefined && value.at !== undefined && value.seq !== undefined) {
      const at = Date.parse(value.at);
      counts.lastId = `${value.id}`;
      counts.toReader.push(Date.now() - at);
      if (document.querySelector(`[${rowAttribute}="${value.session}"]`)) {
        pending.set(value.session, at);
      }
    }
    return value;
  };

  const note = (node: Node | null) => {
    const element = node instanceof Element ? node : node?.parentElement;
    const id = element?.closest(`[${rowAttribute}]`)?.getAttribute(rowAttribute) ?? "";
    const at = pending.get(id);
    if (at === undefined) return;
    pending.delete(id);
    counts.toRow.push(Date.now() - at);
  };
  const observer = new MutationObserver((mutations) => {
    for (const { target, addedNodes, removedNodes } of mutations) {
      note(target);
      for (const node of addedNodes) note(node);
      for (const node of removedNodes) note(node);
    }
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true });

  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) counts.longTasks.push(duration);
  }).observe({ type: "longtask" });

  let last = 0;
  const onFrame = (now: number) => {
    if (counts.isWatching && last > 0) counts.frames.push(now - last);
    last = counts.isWatching ? now : 0;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);

  const channel = new MessageChannel();
  const typed: number[] = [];
  channel.port1.onmessage = () => {
    const at = typed.shift();
    if (at !== undefined) counts.keys.push(performance.now() - at);
  };
  // What an input changes is rendered before the next frame.
  const onKey = ({ timeStamp }: Event) => {
    typed.push(timeStamp);
    requestAnimationFrame(() => channel.port2.postMessage(null));
  };
  addEventListener("keydown", onKey, { capture: true });
}

export interface PageUse {
  /** Used JavaScript heap after a collection, in bytes. */
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
  /** Processor time of the page's main thread since it was opened, in seconds. */
  readonly processorSeconds: number;
}

/** An entry of the browser's trace. */
interface TraceEvent {
  name: string;
  /** Processor time of its thread, in µs. */
  tdur?: number;
}

export interface Frames {
  /** From one frame to the next. */
  readonly gapsMs: readonly number[];
  /** Processor time of each frame in the page's main thread: its styles, layout and painting. A busy machine makes it no longer. */
  readonly costsMs: readonly number[];
}

/** A page that is measured from before its script runs. */
export class PageProbe {
  readonly page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
  }

  /** `rowAttribute` has the id of a row's conversation. */
  static async start(page: Page, rowAttribute: string): Promise<PageProbe> {
    const session = await page.createCDPSession();
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.evaluateOnNewDocument(install, rowAttribute);
    return new PageProbe(page, session);
  }

  counts(): Promise<Counts> {
    return this.page.evaluate(() => probe);
  }

  /** The id of the last transition that the page's reader took. */
  lastId(): Promise<string> {
    return this.page.evaluate(() => probe.lastId);
  }

  /** Collects garbage and reads what is used then. */
  async use(): Promise<PageUse> {
    await this.#session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await this.#session.send("Runtime.getHeapUsage");
    const { nodes, jsEventListeners } = await this.#session.send("Memory.getDOMCounters");
    return {
      heapBytes: usedSize,
      nodes,
      listeners: jsEventListeners,
      processorSeconds: await this.processorSeconds(),
    };
  }

  async processorSeconds(): Promise<number> {
    const { metrics } = await this.#session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  }

  /** Watches the frames of the page while the task runs. */
  async frames(task: () => Promise<void>): Promise<Frames> {
    await this.page.evaluate(() => {
      probe.frames = [];
      probe.isWatching = true;
    });
    await this.page.tracing.start({ categories: ["cc"] });
    await task();
    const trace = Buffer.from((await this.page.tracing.stop()) ?? []).toString();
    const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(trace);
    const gapsMs = await this.page.evaluate(() => {
      probe.isWatching = false;
      return probe.frames;
    });
    const costsMs = traceEvents
      .filter(({ name }) => name === "ProxyMain::BeginMainFrame")
      .map(({ tdur }) => (tdur ?? 0) / 1_000);
    return { gapsMs, costsMs };
  }

  /** @returns the times from each key that the task presses to the frame with its result, in ms */
  async keys(task: () => Promise<void>): Promise<number[]> {
    await this.page.evaluate(() => {
      probe.keys = [];
    });
    await task();
    return this.page.evaluate(() => probe.keys);
  }
}
