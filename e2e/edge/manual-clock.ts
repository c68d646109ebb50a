/**
 * A clock that stands still between the steps of a test, for the Worker and its objects, which share an
 * isolate. Time-outs pass a hundred times as fast meanwhile.
 */
const { setTimeout: start } = globalThis;
const SPEED = 100;
const STOPPED_MS = 100;

let at: number | null = null;

export function advance(byMs: number): void {
  at = (at ?? Date.now()) + byMs;
  const now = at;
  Date.now = () => now;
  globalThis.setTimeout = ((work: () => void, delayMs = 0) =>
    start(work, delayMs / SPEED)) as typeof setTimeout;
}

/** As {@link advance}, but no time-out passes any more but very short ones. */
export function stop(byMs: number): void {
  advance(byMs);
  globalThis.setTimeout = ((work: () => void, delayMs = 0) =>
    delayMs < STOPPED_MS ? start(work, delayMs) : undefined) as typeof setTimeout;
}

/** Never resolves; a promise that nothing would resolve ends its request with an error. */
export function hang(): Promise<never> {
  return new Promise((resolve) => start(resolve as () => void, 1e9));
}
