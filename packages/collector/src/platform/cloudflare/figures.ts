/**
 * What an object has cost since it woke, in the units that are paid for.
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 * @module
 */
export interface ObjectFigures {
  /** Calls by others; an alarm that fires is paid for like one. */
  readonly calls: number;
  /** Rows written, those of indexes too. */
  readonly rowsWritten: number;
  /** Each is paid for like a row. */
  readonly alarmsSet: number;
  readonly alarmsFired: number;
}
