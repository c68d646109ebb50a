/**
 * How much is written to a desk: so little that its limit for all of its integrations is never reached by this
 * one.
 * @module
 */

/** Chatwoot and Zendesk allow about 100 a minute for small accounts. */
export const WRITES_PER_MINUTE = 90;
const MINUTE_MS = 60_000;

export class WritePace {
  /** When the writes of the last minute were made, by endpoint, oldest first. */
  readonly #writes = new Map<string, number[]>();

  /** How long the next write has to wait; 0: not at all. */
  waitMs(endpoint: string, now: number): number {
    const recent = this.#recent(endpoint, now);
    if (recent.length < WRITES_PER_MINUTE) return 0;
    const [oldest = now] = recent.slice(-WRITES_PER_MINUTE);
    return oldest + MINUTE_MS - now;
  }

  note(endpoint: string, now: number): void {
    this.#writes.set(endpoint, [...this.#recent(endpoint, now), now]);
  }

  #recent(endpoint: string, now: number): readonly number[] {
    const all = this.#writes.get(endpoint) ?? [];
    return all.filter((at) => at > now - MINUTE_MS);
  }
}
