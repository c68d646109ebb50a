/** How instants are written, in epoch milliseconds. */
export interface Times {
  /** The time of day, with the date where that is not today. */
  full(at: number): string;
  /** The time of day, with the date where that is not the one of another instant. */
  after(at: number, other: number): string;
  /** The time of day alone. */
  clock(at: number): string;
  /** The date; empty today. */
  day(at: number): string;
}

/**
 * @param now epoch milliseconds
 * @param locale and `timeZone`: those of the browser by default
 */
export function createTimes(now: () => number, locale?: string, timeZone?: string): Times {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium", ...zone });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", ...zone });
  const both = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "medium",
    ...zone,
  });
  const after = (at: number, other: number) =>
    date.format(at) === date.format(other) ? time.format(at) : both.format(at);
  return {
    full: (at) => after(at, now()),
    after,
    clock: (at) => time.format(at),
    day: (at) => (date.format(at) === date.format(now()) ? "" : date.format(at)),
  };
}
