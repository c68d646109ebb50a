/**
 * The calendar of a time zone: which day and hour it is there at an instant. Asking `Intl` each time would
 * take most of the time of a report, so the difference to UTC is kept for each quarter of an hour.
 * @module
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** All time zones change their difference to UTC at a multiple of it. */
const QUARTER_MS = HOUR_MS / 4;

const DATE_LENGTH = "2026-01-01".length;

export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** @throws {RangeError} if there is no such time zone */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat("en-US-u-ca-iso8601", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** The day, as a number that increases by one each day. */
  dayOf(at: number): number {
    return Math.floor(this.#localOf(at) / DAY_MS);
  }

  /** From 0 to 23. */
  hourOf(at: number): number {
    return Math.floor((this.#localOf(at) - this.dayOf(at) * DAY_MS) / HOUR_MS);
  }

  /** When the day begins. */
  startOf(day: number): number {
    const local = day * DAY_MS;
    // The difference just before midnight and that after it may be two; the later one counts.
    const first = local - this.#offsetAt(local);
    const second = local - this.#offsetAt(first);
    return this.dayOf(second) === day ? second : first;
  }

  #localOf(at: number): number {
    return at + this.#offsetAt(at);
  }

  #offsetAt(at: number): number {
    const quarter = Math.floor(at / QUARTER_MS);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const start = quarter * QUARTER_MS;
    const offset = this.#read(start) - start;
    this.#offsets.set(quarter, offset);
    return offset;
  }

  #read(at: number): number {
    const parts = Object.fromEntries(
      this.#format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }
}

/** The day's date as `2026-11-28`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, DATE_LENGTH);
}

/** The day of a date such as `2026-11-28`; NaN if there is no such date. */
export function dayOfDate(date: string): number {
  const at = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(at) || dateOf(at / DAY_MS) !== date ? Number.NaN : at / DAY_MS;
}

export const REPORT_PERIODS = ["day", "week", "month"] as const;
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

/** The first day of the period that has the day; weeks begin on Monday. */
export function firstDayOf(day: number, period: ReportPeriod): number {
  // 1 January 1970 was a Thursday.
  if (period === "week") return day - ((((day + 3) % 7) + 7) % 7);
  if (period === "month") return dayOfDate(`${dateOf(day).slice(0, "2026-01".length)}-01`);
  return day;
}
