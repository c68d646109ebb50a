/**
 * The globals that would bring in real time or chance: timers, clocks, random numbers, and hashes of a
 * thread pool. Within a simulation they are the simulation's own; elsewhere in this process, real.
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { type SimulatedProcess, START } from "./process.ts";
import type { Entry, Scheduler } from "./scheduler.ts";

export interface Context {
  readonly scheduler: Scheduler;
  /** The process whose code runs; `null`: the world around the collectors. */
  readonly process: SimulatedProcess | null;
}

const contexts = new AsyncLocalStorage<Context>();

export function inContext<T>(context: Context, run: () => T): T {
  return contexts.run(context, run);
}

const real = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  now: Date.now,
  performanceNow: performance.now.bind(performance),
  random: Math.random,
  getRandomValues: crypto.getRandomValues.bind(crypto),
  digest: crypto.subtle.digest.bind(crypto.subtle),
};

/** Runs until `isOver`, which is asked before each step, or until nothing is left. */
export async function runSchedule(scheduler: Scheduler, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const entry = scheduler.next();
    if (!entry) return;
    inContext({ scheduler, process: entry.process }, entry.run);
    await realTurn();
  }
}

/** Resolves in a later turn of the real event loop, when all promises that could settle have done so. */
function realTurn(): Promise<void> {
  return new Promise((resolve) => {
    real.setImmediate(resolve);
  });
}

type Callback = (...args: unknown[]) => unknown;

/** What `setTimeout` and the others return here. */
class Timer {
  entry: Entry | null = null;
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

/** A turn of an event loop takes no time, or a moment where others keep it busy. */
const TURN_MS = [0, 0, 0, 1, 1, 2, 7] as const;

const simulated = {
  setTimeout(run: Callback, delayMs = 0, ...args: unknown[]) {
    const context = contexts.getStore();
    if (!context) return real.setTimeout(run, delayMs, ...args);
    const timer = new Timer();
    const { scheduler, process } = context;
    timer.entry = scheduler.after(delayOf(delayMs), process, () => run(...args));
    return timer;
  },
  setInterval(run: Callback, delayMs = 0, ...args: unknown[]) {
    const context = contexts.getStore();
    if (!context) return real.setInterval(run, delayMs, ...args);
    const timer = new Timer();
    const { scheduler, process } = context;
    const next = () => {
      timer.entry = scheduler.after(delayOf(delayMs), process, () => {
        next();
        run(...args);
      });
    };
    next();
    return timer;
  },
  setImmediate(run: Callback, ...args: unknown[]) {
    const context = contexts.getStore();
    if (!context) return real.setImmediate(run, ...args);
    const timer = new Timer();
    const { scheduler, process } = context;
    const delayMs = scheduler.random.pick(TURN_MS);
    timer.entry = scheduler.after(delayMs, process, () => run(...args));
    return timer;
  },
  clear(timer: unknown, clearReal: (timer: never) => void) {
    if (!(timer instanceof Timer)) clearReal(timer as never);
    else if (timer.entry) timer.entry.isCancelled = true;
  },
  now(): number {
    const context = contexts.getStore();
    if (!context) return real.now.call(Date);
    return Math.floor(context.process?.machine.wall() ?? START + context.scheduler.now);
  },
  getRandomValues<T extends ArrayBufferView>(array: T): T {
    const context = contexts.getStore();
    if (!context) return real.getRandomValues(array as never) as T;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (const index of bytes.keys()) bytes[index] = context.scheduler.random.int(0, 255);
    return array;
  },
  async digest(name: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer> {
    if (!contexts.getStore()) return real.digest(name, data);
    const hash = createHash("sha256").update(new Uint8Array(data as Uint8Array));
    return new Uint8Array(hash.digest()).buffer;
  },
};

function delayOf(delayMs: unknown): number {
  const delay = Math.ceil(Number(delayMs));
  return delay >= 1 && delay < 2 ** 31 ? delay : 1;
}

let users = 0;

/** Installs the simulation's globals; returns a function that restores the real ones. */
export function installGlobals(): () => void {
  users += 1;
  if (users === 1) install();
  return () => {
    users -= 1;
    if (users === 0) restore();
  };
}

function install(): void {
  Object.assign(globalThis, {
    setTimeout: simulated.setTimeout,
    setInterval: simulated.setInterval,
    setImmediate: simulated.setImmediate,
    clearTimeout: (timer: unknown) => simulated.clear(timer, real.clearTimeout),
    clearInterval: (timer: unknown) => simulated.clear(timer, real.clearInterval),
    clearImmediate: (timer: unknown) => simulated.clear(timer, real.clearImmediate),
  });
  Date.now = simulated.now;
  performance.now = () => contexts.getStore()?.scheduler.now ?? real.performanceNow();
  Math.random = () => contexts.getStore()?.scheduler.random.next() ?? real.random();
  Object.assign(crypto, { getRandomValues: simulated.getRandomValues });
  Object.assign(crypto.subtle, { digest: simulated.digest });
}

function restore(): void {
  const { setTimeout, setInterval, setImmediate } = real;
  const { clearTimeout, clearInterval, clearImmediate } = real;
  Object.assign(globalThis, { setTimeout, setInterval, setImmediate });
  Object.assign(globalThis, { clearTimeout, clearInterval, clearImmediate });
  Date.now = real.now;
  performance.now = real.performanceNow;
  Math.random = real.random;
  Object.assign(crypto, { getRandomValues: real.getRandomValues });
  Object.assign(crypto.subtle, { digest: real.digest });
}
