/**
 * The timer of housekeeping that runs each hour.
 * @module
 */

const FIRST_RUN_AFTER_MS = 60_000;
const RUN_EVERY_MS = 3_600_000;

/** Runs `work` each hour; returns a function that stops, and waits for a share in progress. */
export function startHourly(
  work: (stopped: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stopped = new AbortController();
  let running: Promise<void> | null = null;
  const run = () => {
    running ??= work(stopped.signal)
      .catch(onError)
      .finally(() => {
        running = null;
      });
  };
  const first = setTimeout(run, FIRST_RUN_AFTER_MS);
  const timer = setInterval(run, RUN_EVERY_MS);
  return async () => {
    clearTimeout(first);
    clearInterval(timer);
    stopped.abort();
    await running;
  };
}
