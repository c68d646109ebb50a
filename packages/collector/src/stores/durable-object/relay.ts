/**
 * Brings what a shard has committed into the account's log at the desk, each entry once and a
 * shard's in order: entries stay in the shard until the desk has them, and the desk drops those it
 * has had. One run at a time, so that none overtakes another.
 * @module
 */
import type { DeskLink, RelayEntry, ShardName } from "./links.ts";

const RELAY_LIMIT = 200;
/** Whoever committed waits no longer for a desk that does not answer. */
const WAIT_MOST_MS = 1_000;

export interface RelayOptions {
  readonly name: ShardName;
  readonly desk: () => DeskLink;
  readonly outbox: (limit: number) => readonly RelayEntry[];
  readonly dropOutbox: (number: number) => void;
  /** The desk does not answer; somebody must try again later. */
  readonly onTrouble: (error: unknown) => void;
}

export class Relay {
  readonly #options: RelayOptions;
  #work: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isWanted = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Resolves when everything committed so far is in the log, or when that takes too long. */
  async run(): Promise<void> {
    this.#isWanted = true;
    if (!this.#isRunning) this.#work = this.#drain();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, WAIT_MOST_MS);
    });
    await Promise.race([this.#work, late]);
    clearTimeout(timer);
  }

  async #drain(): Promise<void> {
    const { name, desk, outbox, dropOutbox, onTrouble } = this.#options;
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        const entries = outbox(RELAY_LIMIT);
        const last = entries.at(-1);
        if (!last) continue;
        await desk().append(name, entries);
        dropOutbox(last.number);
        this.#isWanted ||= entries.length === RELAY_LIMIT;
      }
    } catch (error) {
      onTrouble(error);
    } finally {
      this.#isRunning = false;
    }
  }
}
