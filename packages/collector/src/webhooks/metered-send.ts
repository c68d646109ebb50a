/**
 * Counts delivery attempts and measures the time from a transition to its attempt.
 * @module
 */
import type { Meter } from "../engine/meter.ts";
import type { Send } from "./send.ts";

export function meterSend(send: Send, meter: Meter, now: () => number): Send {
  return async (endpoint, entry, at, signal) => {
    const attempt = await send(endpoint, entry, at, signal);
    meter.delivery(attempt.outcome, now() - entry.transition.at);
    return attempt;
  };
}
