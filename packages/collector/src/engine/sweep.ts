/**
 * Processes sessions whose deadline has passed, and those that have not applied changed settings or
 * a step of the clock.
 * Only the stored deadline decides: a sweep that is late, or runs twice, changes no verdict, only
 * when it is made.
 * @module
 */
import type { SessionKey } from "../stores/store.ts";
import type { Engine } from "./engine.ts";

/** How late a verdict may be in a collector without load. */
const SWEEP_EVERY_MS = 100;
const SWEEP_LIMIT = 500;

export interface SweepOptions {
  readonly engine: Engine;
  /** Names of the accounts whose settings may have changed. */
  readonly accounts: () => readonly string[];
  /** Called with the error of a failed sweep; the next one tries again. */
  readonly onError: (error: unknown) => void;
}

/** Starts sweeping; returns a function that stops and waits for a sweep in progress. */
export function startSweep(options: SweepOptions): () => Promise<void> {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= sweep(options)
      .catch(options.onError)
      .finally(() => {
        running = null;
      });
  }, SWEEP_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** Sweeps until nothing is due. */
export async function sweep({ engine, accounts }: SweepOptions): Promise<void> {
  await engine.heartbeat();
  await sweepWhile(engine, () => engine.store.due(engine.clock.now(), SWEEP_LIMIT));
  for (const account of accounts()) {
    const epoch = engine.broadcasts.urgentEpoch(account);
    await sweepWhile(engine, () => engine.store.notCaughtUp(account, epoch, SWEEP_LIMIT));
  }
}

async function sweepWhile(
  engine: Engine,
  next: () => Promise<readonly SessionKey[]>,
): Promise<void> {
  for (;;) {
    const keys = await next();
    await Promise.all(keys.map((key) => engine.submit({ key, inputs: [{ type: "tick" }] })));
    if (keys.length < SWEEP_LIMIT) return;
  }
}
