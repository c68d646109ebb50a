/**
 * Measures how long one turn of the event loop keeps this thread busy, in processor time of the thread and
 * without garbage collection. So neither other processes nor other threads change the figure.
 * @module
 */
import { PerformanceObserver, performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";

// Marking in small steps is reported as no collection, and would count as work of the turn.
setFlagsFromString("--no-incremental-marking");

/** The turn that kept the thread busy longest. */
export interface LongestTurn {
  /** Milliseconds, as far as they can be known. */
  readonly ms: number;
  /** What is certain of them: a machine that stalls makes this shorter, and never longer. */
  readonly minMs: number;
}

interface Turn {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cpuMs: number;
}

/** Shorter turns are not kept. */
const MIN_KEPT_MS = 2;

export class TurnMeter {
  readonly #turns: Turn[] = [];
  readonly #collections: { readonly startedAt: number; readonly endedAt: number }[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#add(list.getEntries()));
  #last = { at: performance.now(), cpuMs: threadCpuMs() };
  #isStopped = false;

  /** Starts to measure. The event loop does not sleep meanwhile. */
  constructor() {
    this.#observer.observe({ entryTypes: ["gc"] });
    setImmediate(this.#turn);
  }

  #add(entries: readonly { readonly startTime: number; readonly duration: number }[]): void {
    for (const { startTime, duration } of entries) {
      this.#collections.push({ startedAt: startTime, endedAt: startTime + duration });
    }
  }

  readonly #turn = () => {
    const now = { at: performance.now(), cpuMs: threadCpuMs() };
    const cpuMs = now.cpuMs - this.#last.cpuMs;
    if (cpuMs >= MIN_KEPT_MS) {
      this.#turns.push({ startedAt: this.#last.at, endedAt: now.at, cpuMs });
    }
    this.#last = now;
    if (!this.#isStopped) setImmediate(this.#turn);
  };

  /** Ends measuring. */
  async stop(): Promise<LongestTurn> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#turn();
    this.#isStopped = true;
    // Collections are reported in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#add(this.#observer.takeRecords());
    this.#observer.disconnect();
    const own = this.#turns.map((turn) =>
      ownMs(turn.cpuMs, turn.endedAt - turn.startedAt, this.#collectingMs(turn)),
    );
    const longest = (of: keyof LongestTurn) => Math.max(0, ...own.map((turn) => turn[of]));
    return { ms: longest("ms"), minMs: longest("minMs") };
  }

  #collectingMs(turn: Turn): number {
    return this.#collections
      .map(({ startedAt, endedAt }) =>
        Math.max(0, Math.min(endedAt, turn.endedAt) - Math.max(startedAt, turn.startedAt)),
      )
      .reduce((sum, ms) => sum + ms, 0);
  }
}

/**
 * The processor time of a turn without its garbage collections, of which only the real time is known. On a busy
 * machine both are usually in the same relation in all of a turn. Where the process is stopped for seconds they are
 * not, so that nothing more is certain than that collections took no more processor time than real time.
 */
export function ownMs(cpuMs: number, realMs: number, collectingMs: number): LongestTurn {
  const share = realMs > 0 ? Math.min(1, collectingMs / realMs) : 0;
  return { ms: cpuMs * (1 - share), minMs: Math.max(0, cpuMs - collectingMs) };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
