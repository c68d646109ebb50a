/**
 * A time limit on a promise. The work continues after it, since a promise cannot be cancelled.
 * @module
 */

export interface TimeoutOptions {
  /**
   * The last part of the limit in milliseconds (default 0), which starts only when the event loop
   * runs, so that a process that stalled handles responses before its timeouts.
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
