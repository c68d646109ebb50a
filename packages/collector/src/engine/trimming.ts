/**
 * Drops broadcasts that no session needs any more, from the store and from this process's memory. A
 * store keeps every change of settings until then, and each collector reads all of them at its start.
 *
 * A run finds that every session has applied a broadcast, and closes the epochs below it. The next run,
 * an hour later, finds the same again and drops what that made superfluous: what a failover of the store
 * may have lost by then is far younger. docs/decisions/0019 has the reasons.
 * @module
 */
import type { Engine } from "./engine.ts";
import { startHourly } from "./hourly.ts";
import { Shares } from "./shares.ts";

/** Younger broadcasts stay. */
const KEPT_MS = 3_600_000;
/** How many broadcasts are worth bringing sessions up to date, so that they can be dropped. */
const WORTH_CATCHING_UP = 100;
/** Small enough that one call does not delay beats. */
const CATCH_UP_LIMIT = 100;
const DROP_LIMIT = 100;

export interface TrimmingOptions {
  readonly engine: Engine;
  /** The names of all accounts that the store has. */
  readonly accounts: () => Promise<readonly string[]>;
  /** Called with the error of a failed run; the next one begins again. */
  readonly onError: (error: unknown) => void;
}

/** Runs each hour; returns a function that stops, and waits for a share in progress. */
export function startTrimming({ engine, accounts, onError }: TrimmingOptions) {
  const trimming = new Trimming(engine);
  return startHourly(async (stopped) => trimming.run(await accounts(), stopped), onError);
}

/** `null`: the broadcasts to all accounts. */
type Scope = string | null;

export class Trimming {
  readonly #engine: Engine;
  readonly #dropsImmediately: boolean;
  readonly #worthCatchingUp: number;
  /** Below which epoch the last run found no session of the scope. */
  #closed: ReadonlyMap<Scope, number> = new Map();

  /** @param dropsImmediately the store never loses a commit, so one run is enough. */
  constructor(
    engine: Engine,
    { dropsImmediately = false, worthCatchingUp = WORTH_CATCHING_UP } = {},
  ) {
    this.#engine = engine;
    this.#dropsImmediately = dropsImmediately;
    this.#worthCatchingUp = worthCatchingUp;
  }

  /** `accounts`: all that the store has. */
  async run(
    accounts: readonly string[],
    stopped: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const shares = new Shares();
    const closed = new Map<Scope, number>();
    for (const scope of [...accounts, null]) {
      if (stopped.aborted) return;
      const concerned = scope === null ? accounts : [scope];
      const epoch = await this.#close(scope, concerned, shares, stopped);
      await shares.next();
      if (epoch === null) continue;
      closed.set(scope, epoch);
      const confirmed = this.#dropsImmediately ? epoch : (this.#closed.get(scope) ?? 0);
      await this.#drop(scope, Math.min(epoch, confirmed), shares, stopped);
    }
    this.#closed = closed;
  }

  /** The epoch below which no session of these accounts is or will be; `null`: that is not worth it yet. */
  async #close(
    scope: Scope,
    accounts: readonly string[],
    shares: Shares,
    stopped: AbortSignal,
  ): Promise<number | null> {
    const { broadcasts, clock, store } = this.#engine;
    const epoch = broadcasts.lastBefore(scope, clock.steady() - KEPT_MS);
    const count = broadcasts.superseded(scope, epoch).length;
    const mayCatchUp = count >= this.#worthCatchingUp;
    // All accounts are asked for broadcasts to all, so there must be some of them.
    if (count === 0 || (scope === null && !mayCatchUp)) return null;
    for (const account of accounts) {
      if (mayCatchUp) await this.#catchUp(account, epoch, shares, stopped);
      if (stopped.aborted || !(await store.closeEpochs(account, epoch))) return null;
      await shares.next();
    }
    return epoch;
  }

  async #catchUp(
    account: string,
    epoch: number,
    shares: Shares,
    stopped: AbortSignal,
  ): Promise<void> {
    let first: string | undefined;
    while (!stopped.aborted) {
      const keys = await this.#engine.store.notCaughtUp(account, epoch, CATCH_UP_LIMIT);
      // It was found before: it cannot be read, and what it needs stays.
      if (keys[0] && keys[0].id === first) return;
      first = keys[0]?.id;
      const tick = { inputs: [{ type: "tick" }] } as const;
      await Promise.allSettled(keys.map((key) => this.#engine.submit({ key, ...tick })));
      if (keys.length < CATCH_UP_LIMIT) return;
      await shares.next();
    }
  }

  async #drop(scope: Scope, epoch: number, shares: Shares, stopped: AbortSignal): Promise<void> {
    const { broadcasts, store } = this.#engine;
    const superseded = broadcasts.superseded(scope, epoch);
    for (let from = 0; from < superseded.length && !stopped.aborted; from += DROP_LIMIT) {
      const part = superseded.slice(from, from + DROP_LIMIT);
      await store.dropBroadcasts(part);
      broadcasts.forget(scope, part);
      await shares.next();
    }
  }
}
