/**
 * Relays committed transitions of a shard to the account's log at the coordinator, each once and in
 * order. Entries stay in the shard's relay queue until the coordinator has them, and the
 * coordinator ignores those it already has. Runs do not overlap, so no entry overtakes another.
 * @module
 */
import { settlesWithin } from "../../async/timeout.ts";
import type { CoordinatorLink, RelayEntry, ShardName } from "./links.ts";

const RELAY_LIMIT = 200;
/** The longest that a commit waits for the coordinator. */
const MAX_WAIT_MS = 1_000;

export interface ShardRelayOptions {
  readonly name: ShardName;
  readonly coordinator: () => CoordinatorLink;
  readonly read: (limit: number) => readonly RelayEntry[];
  readonly drop: (number: number) => void;
  /** Called if the coordinator does not answer; the receiver must schedule another run. */
  readonly onError: (error: unknown) => void;
}

export class ShardRelay {
  readonly #options: ShardRelayOptions;
  #work: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isRequested = false;

  constructor(options: ShardRelayOptions) {
    this.#options = options;
  }

  /** Resolves when everything committed so far is in the log, or when that takes too long. */
  async run(): Promise<void> {
    this.#isRequested = true;
    if (!this.#isRunning) this.#work = this.#drain();
    await settlesWithin(MAX_WAIT_MS, this.#work);
  }

  async #drain(): Promise<void> {
    const { name, coordinator, read, drop, onError } = this.#options;
    this.#isRunning = true;
    try {
      while (this.#isRequested) {
        this.#isRequested = false;
        const entries = read(RELAY_LIMIT);
        const last = entries.at(-1);
        if (!last) continue;
        await coordinator().append(name, entries);
        drop(last.number);
        this.#isRequested ||= entries.length === RELAY_LIMIT;
      }
    } catch (error) {
      onError(error);
    } finally {
      this.#isRunning = false;
    }
  }
}
