/**
 * The collector's log: one JSON object a line, without keys, tokens, addresses or anybody's name.
 * @module
 */
import { pino } from "pino";

export const log = pino({
  name: "stillhere",
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
});

export function logError(error: unknown): void {
  log.error({ err: error instanceof Error ? error : new Error(String(error)) });
}
