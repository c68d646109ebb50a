/**
 * How far each shard's relay queue has come, by which the coordinator ignores entries that it already has. An entry
 * of the log says it for its shard, because a row of its own would be paid for with each relay. The shards' rows
 * follow now and then, so that an object that starts reads few entries to know it.
 * @module
 */
import { TRACKS } from "../../core/lists.ts";
import type { CoordinatorStatements } from "./coordinator-schema.ts";
import type { ShardName } from "./links.ts";
import type { OnCommit } from "./sql.ts";

/** Entries of the logs after which the shards' rows follow. */
const ENTRIES_PER_CHECKPOINT = 100;

interface Progress extends ShardName {
  /** Of the last entry that was relayed. */
  readonly number: number;
}

export class RelayProgress {
  readonly #statements: CoordinatorStatements;
  /** Shards that are further than their rows say. */
  readonly #ahead = new Map<string, Progress>();
  /** The last cursor as of which the rows say it. */
  #checkpoint: number;
  /** The last cursor that was assigned before the object started. */
  readonly startCursor: number;

  constructor(statements: CoordinatorStatements) {
    this.#statements = statements;
    this.#checkpoint = statements.checkpoint.get()?.["cursor"] as number;
    this.startCursor = Math.max(this.#checkpoint, ...this.#restore());
  }

  /** Returns the last cursor of each log that has entries after the checkpoint. */
  #restore(): readonly number[] {
    const { relayedAccounts, relayedAfter } = this.#statements;
    const accounts = relayedAccounts.all().map((row) => row["account"] as string);
    return accounts.flatMap((account) =>
      [...TRACKS.keys()].flatMap((track) =>
        relayedAfter.all(account, track, this.#checkpoint).map((row) => {
          const index = row["place"] as number;
          this.#advance({ account, index, number: row["number"] as number });
          return row["cursor"] as number;
        }),
      ),
    );
  }

  #advance(progress: Progress): void {
    const key = keyOf(progress);
    if (progress.number > (this.#ahead.get(key)?.number ?? 0)) this.#ahead.set(key, progress);
  }

  /** The number of the shard's last entry that was relayed; `null`: it is not registered. */
  of(shard: ShardName): number | null {
    const row = this.#statements.relayed.get(shard.account, shard.index);
    if (!row) return null;
    return Math.max(row["moved"] as number, this.#ahead.get(keyOf(shard))?.number ?? 0);
  }

  /**
   * The shard's entries up to this number are stored, the last as an entry of the log; in the transaction that
   * stored them.
   */
  noteLogged(progress: Progress, cursor: number, onCommit: OnCommit): void {
    if (cursor - this.#checkpoint >= ENTRIES_PER_CHECKPOINT) this.write(cursor, onCommit, progress);
    else onCommit(() => this.#advance(progress));
  }

  /**
   * Writes the rows of the shards that are further; in a transaction. Needed before entries of the log are deleted,
   * and where the last one that was relayed is not in the log.
   */
  write(cursor: number, onCommit: OnCommit, last?: Progress): void {
    const all = new Map(this.#ahead);
    if (last) all.set(keyOf(last), last);
    for (const { account, index, number } of all.values()) {
      this.#statements.putRelayed.run(number, cursor, account, index);
    }
    if (all.size === 0) return;
    onCommit(() => {
      this.#ahead.clear();
      this.#checkpoint = cursor;
    });
  }
}

function keyOf({ account, index }: ShardName): string {
  return `${index}/${account}`;
}
