/**
 * A time limit on a promise. The work itself goes on after the limit: a promise cannot be cancelled.
 * @module
 */

export interface TimeoutOptions {
  /**
   * The limit passes only when the event loop has turned once more for this long (milliseconds, part of
   * the limit). Default 0. A process that stalled finds its answers before its time-outs.
   */
  readonly graceMs?: number;
}

/**
 * Whether `work` fulfilled within `timeoutMs`. Rejects if `work` rejects before that; a later
 * rejection is ignored.
 */
export function settlesWithin(
  timeoutMs: number,
  work: Promise<unknown>,
  { graceMs = 0 }: TimeoutOptions = {},
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      if (graceMs === 0) resolve(false);
      else timer = setTimeout(() => resolve(false), graceMs);
    }, timeoutMs - graceMs);
    work.finally(() => clearTimeout(timer)).then(() => resolve(true), reject);
  });
}
