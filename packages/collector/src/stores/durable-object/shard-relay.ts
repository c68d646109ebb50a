/**
 * Brings what a shard has committed into the account's log at the coordinator, each entry once and a
 * shard's in order: entries stay in the shard until the coordinator has them, and the coordinator drops those it
 * has had. One run at a time, so that none overtakes another.
 * @module
 */
import { settlesWithin } from "../../async/timeout.ts";
import type { CoordinatorLink, RelayEntry, ShardName } from "./links.ts";

const RELAY_LIMIT = 200;
/** Whoever committed waits no longer for a coordinator that does not answer. */
const MAX_WAIT_MS = 1_000;

export interface ShardRelayOptions {
  readonly name: ShardName;
  readonly coordinator: () => CoordinatorLink;
  readonly read: (limit: number) => readonly RelayEntry[];
  readonly drop: (number: number) => void;
  /** The coordinator does not answer; somebody must try again later. */
  readonly onError: (error: unknown) => void;
}

export class ShardRelay {
  readonly #options: ShardRelayOptions;
  #work: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isWanted = false;

  constructor(options: ShardRelayOptions) {
    this.#options = options;
  }

  /** Resolves when everything committed so far is in the log, or when that takes too long. */
  async run(): Promise<void> {
    this.#isWanted = true;
    if (!this.#isRunning) this.#work = this.#drain();
    await settlesWithin(MAX_WAIT_MS, this.#work);
  }

  async #drain(): Promise<void> {
    const { name, coordinator, read, drop, onError } = this.#options;
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        const entries = read(RELAY_LIMIT);
        const last = entries.at(-1);
        if (!last) continue;
        await coordinator().append(name, entries);
        drop(last.number);
        this.#isWanted ||= entries.length === RELAY_LIMIT;
      }
    } catch (error) {
      onError(error);
    } finally {
      this.#isRunning = false;
    }
  }
}
