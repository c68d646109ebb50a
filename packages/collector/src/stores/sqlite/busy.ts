/**
 * Waits while another process has the SQLite file locked, without holding up the event loop: SQLite's own
 * time-out would sleep in this thread, and nothing else would run.
 * @module
 */

/** How long a statement is tried. */
export const BUSY_TIMEOUT_MS = 2_000;
const MAX_PAUSE_MS = 25;

/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;
/** Extended codes have the primary one in their lowest byte. */
const PRIMARY = 0xff;

/** Whether the error, or the one that caused it, says that another process has the file locked. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? isBusy(error.cause) : (errcode & PRIMARY) === SQLITE_BUSY;
}

/** Runs `work` at once, and again while it fails because of a lock, until `timeoutMs` have passed. */
export async function retryWhileBusy<T>(
  work: () => T | Promise<T>,
  timeoutMs = BUSY_TIMEOUT_MS,
): Promise<T> {
  const startedAt = performance.now();
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() - startedAt >= timeoutMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
