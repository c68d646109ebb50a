/**
 * Partitions with a key that cannot be used: they are passed over for a while, and the others swept.
 * @module
 */
import { RecordError, type RecordErrors } from "../record-error.ts";

const RETRY_AFTER_MS = 10_000;

export class PartitionBackoff {
  readonly #unreadable: RecordErrors;
  readonly #retryAt = new Map<number, number>();

  constructor(unreadable: RecordErrors) {
    this.#unreadable = unreadable;
  }

  /** What `work` returns for the partition, or nothing if it cannot be used. */
  async run<T>(partition: number, work: () => Promise<readonly T[]>): Promise<readonly T[]> {
    if (performance.now() < (this.#retryAt.get(partition) ?? 0)) return [];
    try {
      const found = await work();
      this.#retryAt.delete(partition);
      return found;
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      this.#retryAt.set(partition, performance.now() + RETRY_AFTER_MS);
      this.#unreadable.report(error);
      return [];
    }
  }
}
