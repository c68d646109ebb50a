/**
 * Logs errors of the Worker and its objects: of the same errors one a minute, with how many there were since.
 * @module
 */
import { LogThrottle } from "../log-throttle.ts";

const EVERY_MS = 60_000;
const throttle = new LogThrottle(() => Date.now(), { everyMs: EVERY_MS });

export function logError(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const repeated = throttle.count(message);
  if (repeated === null) return;
  console.error(error, ...(repeated > 0 ? [`(${repeated} more since the last entry)`] : []));
}
