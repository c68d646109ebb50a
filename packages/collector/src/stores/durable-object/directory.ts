/**
 * The directory: which sessions have a ticket or a user, so that a look-up asks the shards that have such
 * sessions instead of all. It is in the coordinator and follows the shards by their relay queues, so it may
 * be behind: a shard says itself what the directory does not have yet. Names are stored as hashes.
 * @module
 */

/** The longest that a request waits for the coordinator to have what it changed. */
export const RELAY_TIMEOUT_MS = 1_000;
/**
 * How long a shard that was caught up counts as such. It is less than the above, so a request that was
 * answered meanwhile did not give up waiting.
 */
const CAUGHT_UP_FOR_MS = 900;

/** What a change of a session changes in the directory: hashes of terms. */
export interface TermChange {
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

/** What the directory may not have of a shard. */
export interface Unrelayed {
  /** Sessions that may have the term; `null`: any. */
  readonly ids: readonly string[] | null;
  /** The directory has everything of the shard. */
  readonly isCaughtUp: boolean;
}

/** A session that may have the term, and its shard. */
export interface DirectoryEntry {
  readonly index: number;
  readonly session: string;
}

/** `null` if there is none. */
export function termChange(before: readonly number[], after: readonly number[]): TermChange | null {
  const added = after.filter((hash) => !before.includes(hash));
  const removed = before.filter((hash) => !after.includes(hash));
  return added.length + removed.length === 0 ? null : { added, removed };
}

/** The shards of which the directory had everything a moment ago. */
export class CaughtUpShards {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Asks a shard, unless it was caught up a moment ago. */
  async ask(
    account: string,
    index: number,
    call: () => Promise<Unrelayed>,
  ): Promise<readonly string[] | null> {
    const name = `${index}/${account}`;
    const askedAt = this.#now();
    if (askedAt < (this.#until.get(name) ?? 0)) return [];
    const { ids, isCaughtUp } = await call();
    if (isCaughtUp) this.#until.set(name, askedAt + CAUGHT_UP_FOR_MS);
    return ids;
  }
}
