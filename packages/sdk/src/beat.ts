/**
 * When to renew the lease: pure arithmetic, in milliseconds.
 * @module
 */

/** The beat until the collector has named one: 10 s, its own default while somebody waits. */
export const FIRST_BEAT_MS = 10_000;

/** The first pause after a failure; each further one is twice as long. */
const FIRST_PAUSE_MS = 1000;

/**
 * The interval that the collector asked for, lengthened by up to a tenth so that pages which began
 * together drift apart. Never shortened: the request budget counts on it. Never more than a tenth:
 * a lease is one and a half beats.
 */
export const beatInterval = (nextMs: number): number => nextMs * (1 + Math.random() / 10);

/**
 * The interval after `failures` failures in a row: 1 to 2 s, then 2 to 4 s and so on, at most one
 * beat, so that the page is back within a beat of the network's return.
 */
export const retryInterval = (failures: number, beatMs: number): number =>
  Math.min(beatMs, FIRST_PAUSE_MS * 2 ** (failures - 1) * (1 + Math.random()));
