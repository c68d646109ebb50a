/** Below this, the difference is the network's and the header's whole seconds, not the clock's. */
const NOTEWORTHY_MS = 2_500;

let offsetMs = 0;

/**
 * The collector's time: its instants are compared with it, and a desk computer's clock may be
 * minutes off.
 */
export function now(): number {
  return Date.now() + offsetMs;
}

/** Learns the difference from an answer's `Date` header. */
export function setClockBy(answer: Response): void {
  const sent = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(sent)) return;
  const difference = sent - Date.now();
  offsetMs = Math.abs(difference) < NOTEWORTHY_MS ? 0 : difference;
}
