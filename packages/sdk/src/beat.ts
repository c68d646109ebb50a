/**
 * When the next signal is due: pure arithmetic, in milliseconds.
 * @module
 */

/** The beat until the collector has named one: its default for a visitor who waits. */
export const FIRST_BEAT_MS = 10_000;

/**
 * What an interval is multiplied with: it grows by up to a tenth, so that pages which started
 * together drift apart. It never shrinks, because the request budget counts on that, and never grows
 * more, because a lease is one and a half beats.
 */
export const jitter = (): number => 1 + Math.random() / 10;

/**
 * The pause after a failure, by how many there were in a row: 1 s, then twice as long each time, up
 * to 0.9 beats. With jitter, a page is heard within one beat of the network's return.
 */
export const pauseAfter = (failures: number, beatMs: number): number =>
  Math.min(beatMs * 0.9, 500 * 2 ** failures);
