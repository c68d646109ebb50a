/**
 * Relays a shard's queue to the coordinator: transitions for the account's log, and terms for the
 * directory, each once and in order. Entries stay in the queue until the coordinator has them, and the
 * coordinator ignores those it already has. Runs do not overlap, so no entry overtakes another.
 * @module
 */
import { settlesWithin } from "../../async/timeout.ts";
import type { CoordinatorLink, RelayEntry, ShardName } from "./links.ts";

const RELAY_LIMIT = 200;
/** How soon the coordinator is called again while requests wait. */
const RETRY_MS = 100;

export interface ShardRelayOptions {
  readonly name: ShardName;
  readonly coordinator: () => Pick<CoordinatorLink, "relay">;
  /** The longest that a caller waits. */
  readonly timeoutMs: () => number;
  readonly read: (limit: number) => readonly RelayEntry[];
  readonly drop: (number: number) => void;
  /** Called if the coordinator does not answer; the receiver must {@link ShardRelay.retry}. */
  readonly onError: (error: unknown) => void;
}

export class ShardRelay {
  readonly #options: ShardRelayOptions;
  /** To be called when what was committed before is relayed. */
  #waiting: (() => void)[] = [];
  #isRunning = false;
  #isRequested = false;
  /** A caller gave up waiting, and the queue has not been empty since. */
  #isBehind = false;
  /** The last run took longer than a caller would wait. */
  #isSlow = false;

  constructor(options: ShardRelayOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the coordinator has everything committed so far, or when that takes too long. After a run
   * that took too long callers do not wait until one is quick again: a coordinator that hangs or is slow holds
   * up requests once.
   */
  async run(): Promise<void> {
    this.#isRequested = true;
    if (this.#isBehind) return;
    if (this.#isSlow) {
      this.#start();
      return;
    }
    let isRelayed = false;
    const relayed = new Promise<void>((resolve) => {
      this.#waiting.push(() => {
        isRelayed = true;
        resolve();
      });
    });
    this.#start();
    await settlesWithin(this.#options.timeoutMs(), relayed);
    if (!isRelayed) this.#isBehind = true;
  }

  /** Whether callers wait until the coordinator has what they committed. */
  get isAwaited(): boolean {
    return !this.#isBehind && !this.#isSlow;
  }

  /** The same, but calls a coordinator again that has not answered in time. */
  async retry(): Promise<void> {
    if (!this.#isBehind) return this.run();
    this.#isRequested = true;
    this.#start();
  }

  #start(): void {
    if (!this.#isRunning) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    while (this.#isRequested) {
      this.#isRequested = false;
      try {
        await this.#relayQueue();
      } catch (error) {
        // Nobody waits: it is called again later.
        if (this.#isBehind || (this.#isSlow && this.#waiting.length === 0)) {
          this.#options.onError(error);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        this.#isRequested = true;
      }
    }
    this.#isRunning = false;
  }

  async #relayQueue(): Promise<void> {
    const { name, coordinator, timeoutMs, read, drop } = this.#options;
    const served = this.#waiting.length;
    const startedAt = Date.now();
    for (let isMore = true; isMore; ) {
      const entries = read(RELAY_LIMIT);
      const last = entries.at(-1);
      if (last) {
        await coordinator().relay(name, entries);
        drop(last.number);
      }
      isMore = entries.length === RELAY_LIMIT;
    }
    this.#isBehind = false;
    this.#isSlow = Date.now() - startedAt >= timeoutMs();
    for (const resolve of this.#waiting.splice(0, served)) resolve();
  }
}
