/** Smaller differences come from the network and from the header's whole seconds. */
const TOLERANCE_MS = 2_500;

let offsetMs = 0;

/**
 * The collector's time. Durations are computed from its instants, and this computer's clock may be
 * minutes off.
 */
export function now(): number {
  return Date.now() + offsetMs;
}

/** Measures the clock difference by a response's `Date` header. */
export function syncClock(response: Response): void {
  const sent = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(sent)) return;
  const difference = sent - Date.now();
  offsetMs = Math.abs(difference) < TOLERANCE_MS ? 0 : difference;
}
