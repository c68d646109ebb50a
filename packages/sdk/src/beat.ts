/**
 * When to speak again: pure arithmetic, in milliseconds.
 * @module
 */

/** The beat until the collector has named one: its default while somebody waits. */
export const FIRST_BEAT_MS = 10_000;

/** The pause after a first failure; after each further one it is twice as long. */
export const FIRST_PAUSE_MS = 1_000;

/**
 * What an interval is multiplied with: it grows by up to a tenth, so that pages which began together
 * drift apart. It never shrinks: the request budget counts on that. It never grows more: a lease is
 * one and a half beats.
 */
export const jitter = (): number => 1 + Math.random() / 10;

/**
 * The longest pause, in beats: with jitter, a page is back within one beat of the network's return.
 */
export const LONGEST_PAUSE = 0.9;
