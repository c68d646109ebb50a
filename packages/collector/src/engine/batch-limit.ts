/**
 * How many requests of the slow path one batch applies. A batch holds up the event loop until it is
 * committed, and a request may cost far more than another: sessions differ in size, accounts in triggers.
 * @module
 */

/** How long a batch should hold up the event loop. */
const TARGET_MS = 8;
const MAX_REQUESTS = 100;

export class BatchLimit {
  #requests = MAX_REQUESTS;
  #ms = 0;

  get requests(): number {
    return this.#requests;
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

  /**
   * The parts that were measured since the last call were one batch of that many requests. One that took too
   * long shortens the next to what would have fitted. One that did not lets it be twice as long, and is not
   * divided by its requests: a commit costs much by itself, so that short batches would seem costly for good.
   */
  endBatch(requests: number): void {
    const fitting =
      this.#ms > TARGET_MS ? Math.floor((requests * TARGET_MS) / this.#ms) : 2 * requests;
    if (this.#ms > TARGET_MS || fitting > this.#requests) {
      this.#requests = Math.min(Math.max(fitting, 1), MAX_REQUESTS);
    }
    this.#ms = 0;
  }
}
