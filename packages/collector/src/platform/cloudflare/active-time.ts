/**
 * For how long an object has had calls or alarms under way. While it has none, no timer and no stream, it is not
 * billed for its time.
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 * @module
 */
export class ActiveTime {
  #underWay = 0;
  #since = 0;
  #totalMs = 0;

  get totalMs(): number {
    return this.#totalMs;
  }

  /** Counts the time until `work` settles, once where it overlaps with others; returns `work`. */
  async count<T>(work: Promise<T>): Promise<T> {
    if (this.#underWay === 0) this.#since = performance.now();
    this.#underWay += 1;
    try {
      return await work;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#totalMs += performance.now() - this.#since;
    }
  }
}
