/**
 * The usage of an object since it woke, in billed units.
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 * @module
 */
/** How a shard stands, for the metrics. */
export interface ShardGauges {
  /** Outages that it has found, since it was created. */
  readonly outages: number;
  /** How late the verdict is that waits longest; 0: none is. */
  readonly lateMs: number;
  /** Entries for the log and the directory that the coordinator may not have. */
  readonly unrelayed: number;
}

export interface ObjectFigures {
  /** Calls by other objects and Workers; an alarm that fires is billed like one. */
  readonly calls: number;
  /** Rows written, including index rows. */
  readonly rowsWritten: number;
  /** Rows that statements passed; a thousand cost as much as one written. */
  readonly rowsRead: number;
  /** Milliseconds with a call of its engine or an alarm under way. */
  readonly activeMs: number;
  /** Each is billed like a row. */
  readonly alarmsSet: number;
  readonly alarmsFired: number;
}
