/**
 * The collector's log: one JSON object per line, without secret keys, tokens, addresses or names.
 * @module
 */
import { pino } from "pino";
import { RecordError } from "../stores/record-error.ts";
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

const now = () => performance.now();
const throttle = new LogThrottle(now);
/** A store that is unavailable fails every operation with the same error, however long that lasts. */
const storeThrottle = new LogThrottle(now, { everyMs: 60_000 });
/** Each record is tried again and again, and there may be many. */
const recordThrottle = new LogThrottle(now, { everyMs: 600_000, whenFull: "suppress" });

/** The stack says nothing about a store that does not respond, or a record that cannot be read. */
export function logError(error: unknown): void {
  const err = error instanceof Error ? error : new Error(String(error));
  if (err instanceof StoreError) logOnce(storeThrottle, err, { store: err.message });
  else if (err instanceof RecordError) logOnce(recordThrottle, err, { record: err.message });
  else logOnce(throttle, err, { err });
}

function logOnce(kinds: LogThrottle, { message }: Error, entry: object): void {
  const repeated = kinds.count(message);
  if (repeated === null) return;
  log.error({ ...entry, ...(repeated > 0 && { repeated }) });
}

/** Logs that signals can be stored again. */
export function logStoreRecovery(unavailableMs: number): void {
  storeThrottle.clear();
  const storeUnavailableSeconds = Math.round(unavailableMs / 100) / 10;
  log.warn({ storeUnavailableSeconds }, "The store can be written again.");
}
