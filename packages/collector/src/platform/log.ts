/**
 * The collector's log: one JSON object per line, without secret keys, tokens, addresses or names.
 * @module
 */
import { pino } from "pino";
import { StoreError } from "../stores/store.ts";
import { LogThrottle } from "./log-throttle.ts";
import { createRefusalLog } from "./refusal-log.ts";

export const log = pino({
  name: "stillhere",
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
});

/** Logs refused signals. */
export const logRefusal = createRefusalLog((entry) => log.warn(entry));

/** A store that is unavailable fails every operation with the same error. */
const throttle = new LogThrottle(() => performance.now());

export function logError(error: unknown): void {
  const err = error instanceof Error ? error : new Error(String(error));
  const suppressed = throttle.count(err.message);
  if (suppressed === null) return;
  const more = suppressed > 0 ? { repeated: suppressed } : {};
  // The stack says nothing about a store that does not respond.
  if (err instanceof StoreError) log.error({ store: err.message, ...more });
  else log.error({ err, ...more });
}
