/**
 * Processes sessions whose deadline has passed, and those that have not applied changed settings or
 * a step of the clock.
 * Only the stored deadline decides: a sweep that is late, or runs twice, changes no verdict, only
 * when it is made.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import { type SessionKey, type Store, StoreError } from "../stores/store.ts";
import { ConflictError, type Engine } from "./engine.ts";

/** How late a verdict may be in a collector without load. */
const SWEEP_EVERY_MS = 100;
const SWEEP_LIMIT = 500;
/**
 * Requests come first: a signal applies what is due to its session by itself, and pages whose signals wait for
 * the sweep of others would run out of their leases. So while requests come, a sweep takes what they leave of a
 * batch, and a share of it in any case.
 */
const SHARED_LIMIT = 100;
const MIN_SHARE = 25;

export interface SweepOptions {
  readonly engine: Engine;
  /** Names of the accounts whose settings may have changed. */
  readonly accounts: () => readonly string[];
  /** Called with the error of a failed sweep or session; a later one tries again. */
  readonly onError: (error: unknown) => void;
  /** Called with each session that failed. It is due until it is tried again. */
  readonly onFailed?: (key: SessionKey) => void;
  /** As the store's, but it may leave out sessions to which being late makes no difference. Default: the store's. */
  readonly notCaughtUp?: Store["notCaughtUp"];
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

/** Sweeps until nothing is due but sessions that fail, which are reported and tried again later. */
export async function sweep(options: SweepOptions): Promise<void> {
  const { engine, accounts } = options;
  const { store } = engine;
  const notCaughtUp = options.notCaughtUp ?? store.notCaughtUp.bind(store);
  let dueSweptAt = await sweepDue(options);
  const budget = new TurnBudget();
  for (const account of accounts()) {
    await budget.step();
    const epoch = engine.broadcasts.urgentEpoch(account);
    // No session can lack what was never broadcast.
    if (epoch === 0) continue;
    await sweepWhile(options, (limit) => notCaughtUp(account, epoch, limit));
    // Asking for thousands of accounts takes seconds; neither deadlines nor the watermark may wait for that.
    if (performance.now() - dueSweptAt >= SWEEP_EVERY_MS) dueSweptAt = await sweepDue(options);
  }
}

/** Returns when it ended, on the monotonic clock. */
async function sweepDue(options: SweepOptions): Promise<number> {
  const { store, clock } = options.engine;
  await options.engine.heartbeat();
  await sweepWhile(options, (limit) => store.due(clock.now(), limit));
  return performance.now();
}

async function sweepWhile(
  options: SweepOptions,
  next: (limit: number) => Promise<readonly SessionKey[]>,
): Promise<void> {
  const { engine } = options;
  const { failing, clock } = engine;
  for (;;) {
    // Those that wait are found too, and must not take the place of others.
    const limit = shareOf(engine) + failing.size;
    const found = await next(limit);
    const now = clock.steady();
    const keys = found.filter((key) => !failing.isWaiting(key, now));
    await Promise.all(keys.map((key) => sweepOne(options, key)));
    if (found.length < limit || keys.length === 0) return;
  }
}

function shareOf({ requestsPerBatch }: Engine): number {
  if (requestsPerBatch === 0) return SWEEP_LIMIT;
  return Math.max(SHARED_LIMIT - requestsPerBatch, MIN_SHARE);
}

async function sweepOne(
  { engine, onError, onFailed }: SweepOptions,
  key: SessionKey,
): Promise<void> {
  try {
    await engine.submit({ key, inputs: [{ type: "tick" }] });
    engine.failing.succeeded(key);
  } catch (error) {
    // Not the session's fault: the sweep ends, and the next one tries again.
    if (error instanceof StoreError || error instanceof ConflictError) throw error;
    engine.failing.failed(key, engine.clock.steady());
    onFailed?.(key);
    onError(error);
  }
}
