/**
 * A clock that stands still between the steps of a test, for the Worker and its objects, which share an
 * isolate. Time-outs pass meanwhile, each after some turns of the event loop: measured in time, a machine that
 * stalls for a moment would let calls time out that are answered.
 */
const { setTimeout: start, clearTimeout: clear } = globalThis;
const MS_PER_TURN = 50;
const TURN_MS = 1;
const STOPPED_MS = 100;

let at: number | null = null;

export function advance(byMs: number): void {
  at = (at ?? Date.now()) + byMs;
  const now = at;
  Date.now = () => now;
  globalThis.setTimeout = ((work: () => void, delayMs = 0) =>
    new CountedTimeout(work, delayMs)) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer: unknown) =>
    timer instanceof CountedTimeout
      ? timer.clear()
      : clear(timer as number)) as typeof clearTimeout;
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

/** A time-out that passes after as many turns as correspond to its delay. */
class CountedTimeout {
  #timer: ReturnType<typeof start> | undefined;

  constructor(work: () => void, delayMs: number) {
    let left = Math.ceil(delayMs / MS_PER_TURN);
    const turn = () => {
      left -= 1;
      if (left < 0) work();
      else this.#timer = start(turn, TURN_MS);
    };
    this.#timer = start(turn, TURN_MS);
  }

  clear(): void {
    clear(this.#timer);
  }
}
