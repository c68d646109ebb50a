/**
 * A clock that goes faster, for the Worker and its objects, which share an isolate.
 */
const { setTimeout: start } = globalThis;
const { now } = Date;

let speed = 1;
let beganAt = 0;

export function speedUp(factor: number): void {
  if (speed === factor) return;
  speed = factor;
  beganAt = now();
  Date.now = () => Math.round(beganAt + (now() - beganAt) * speed);
  globalThis.setTimeout = ((work: () => void, delayMs = 0) =>
    start(work, delayMs / speed)) as typeof setTimeout;
}

/** The real instant of one of the fast clock. */
export function realTimeOf(at: number): number {
  return Math.ceil(beganAt + (at - beganAt) / speed);
}
