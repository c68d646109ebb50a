/**
 * Limits how many event streams an account has open at a collector.
 * @module
 */
import { Problem } from "./problem.ts";

const RETRY_AFTER_MS = 5_000;

/** When streams are refused or ended. */
export interface StreamLimits {
  /** Open streams of one account at this collector. */
  readonly maxPerAccount: number;
  /** A reader that takes nothing for so long is disconnected. */
  readonly stalledAfterMs: number;
}

export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  maxPerAccount: 1_000,
  stalledAfterMs: 30_000,
};

export class StreamSlots {
  readonly #max: number;
  readonly #open = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Takes a slot; returns the function that releases it.
   * @throws {Problem} `too_many_streams`
   */
  take(account: string): () => void {
    const count = this.#open.get(account) ?? 0;
    if (count >= this.#max) {
      const detail = `Close a stream: an account may have ${this.#max} open at a collector.`;
      throw new Problem("too_many_streams", detail, [], RETRY_AFTER_MS);
    }
    this.#open.set(account, count + 1);
    return () => {
      const left = (this.#open.get(account) ?? 1) - 1;
      if (left > 0) this.#open.set(account, left);
      else this.#open.delete(account);
    };
  }
}
