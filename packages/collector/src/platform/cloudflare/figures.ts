/**
 * The usage of an object since it woke, in billed units.
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 * @module
 */
export interface ObjectFigures {
  /** Calls by other objects and Workers; an alarm that fires is billed like one. */
  readonly calls: number;
  /** Rows written, including index rows. */
  readonly rowsWritten: number;
  /** Rows that statements passed; a thousand cost as much as one written. */
  readonly rowsRead: number;
  /** Each is billed like a row. */
  readonly alarmsSet: number;
  readonly alarmsFired: number;
}
