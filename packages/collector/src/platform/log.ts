/**
 * The collector's log: one JSON object a line, without keys, tokens, addresses or anybody's name.
 * @module
 */
import { pino } from "pino";
import { StoreError } from "../stores/store.ts";
import { LogThrottle } from "./log-throttle.ts";

export const log = pino({
  name: "stillhere",
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
});

/** A store that is away fails everything that is asked of it. */
const repeats = new LogThrottle(() => Date.now());

export function logError(error: unknown): void {
  const err = error instanceof Error ? error : new Error(String(error));
  const untold = repeats.count(err.message);
  if (untold === null) return;
  const more = untold > 0 ? { repeated: untold } : {};
  // Where it happened says nothing about a store that does not answer.
  if (err instanceof StoreError) log.error({ store: err.message, ...more });
  else log.error({ err, ...more });
}
