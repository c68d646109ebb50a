/**
 * How many requests of the slow path one batch applies. A batch holds up the event loop until it is
 * committed, and a request may cost far more than another: sessions differ in size, accounts in triggers.
 * @module
 */

/** How long a batch should hold up the event loop. */
const TARGET_MS = 8;
const MAX_REQUESTS = 200;
/** The weight of the last batch in the average. */
const WEIGHT = 0.3;

export class BatchLimit {
  #msPerRequest = 0;
  #ms = 0;

  get requests(): number {
    const fitting = Math.floor(TARGET_MS / Math.max(this.#msPerRequest, 1e-6));
    return Math.min(Math.max(fitting, 1), MAX_REQUESTS);
  }

  /** Starts a part of a batch; the function that it returns says whether the part should end by now. */
  startPart(): (requests: number) => boolean {
    const startedAt = performance.now();
    return (requests) => requests > 0 && performance.now() - startedAt >= TARGET_MS;
  }

  /** Runs a synchronous part of a batch, or starts one that continues elsewhere. */
  measure<T>(part: () => T): T {
    const startedAt = performance.now();
    try {
      return part();
    } finally {
      this.#ms += performance.now() - startedAt;
    }
  }

  /** The parts that were measured since the last call were one batch of that many requests. */
  endBatch(requests: number): void {
    const last = this.#ms / requests;
    // An expensive batch counts fully, so that the next one is short already.
    const isDearer = last > this.#msPerRequest;
    this.#msPerRequest = isDearer
      ? last
      : this.#msPerRequest + WEIGHT * (last - this.#msPerRequest);
    this.#ms = 0;
  }
}
