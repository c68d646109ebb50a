/**
 * The report of a period: who gave up waiting, how often verdicts were wrong, what was set free.
 * @module
 */
import { duration } from "./duration.ts";

export interface Spread {
  p50: number;
  p90: number;
  p99: number;
  count: number;
}

interface Waiting {
  count: number;
  waitedSeconds: Spread | null;
}

export type AbandonReason = "user_offline" | "transferred_to_email";

/** The response of `GET /v1/reports`, as far as this page reads it. */
export interface Report {
  track: "live" | "shadow";
  from: string;
  to: string;
  tz: string;
  conversations: number;
  periods: { date: string; conversations: number; abandoned: number }[];
  byHour: { hour: number; conversations: number; abandoned: number }[];
  abandoned: Waiting & {
    returned: number;
    byReason: ({ reason: AbandonReason } & Waiting)[];
    byGroup: ({ group: string | null } & Waiting)[];
    byWaiting: { upToSeconds: number | null; count: number }[];
  };
  silent: number;
  movedToEmail: number;
  contradicted: {
    departures: number;
    count: number;
    undecided: number;
    perOnlineHour: number | null;
    awaySeconds: Spread | null;
  };
  buffer: {
    curve: { bySeconds: number; returned: number; share: number | null; delayedSeconds: number }[];
    adviceSeconds: number | null;
  };
  released: { seconds: number; byAgent: { agent: string; count: number; seconds: number }[] };
}

/** The tables that the collector writes as CSV, with the words of their buttons. */
export const REPORT_TABLES = {
  periods: "By day",
  hours: "By hour",
  groups: "By group",
  reasons: "By reason",
  waiting: "By waiting time",
  agents: "Released time by agent",
  curve: "Longer buffers",
} as const;
export type ReportTable = keyof typeof REPORT_TABLES;

export const RANGES = ["today", "yesterday", "week", "month"] as const;
export type Range = (typeof RANGES)[number];

export const RANGE_WORDS: Record<Range, string> = {
  today: "Today",
  yesterday: "Yesterday",
  week: "The last 7 days",
  month: "The last 30 days",
};

const DAYS_AGO: Record<Range, number> = { today: 0, yesterday: 1, week: 6, month: 29 };

/** The query of a range: whole days of the time zone, today's until now. */
export function reportQuery(range: Range, now: Date, tz: string): URLSearchParams {
  const date = (daysAgo: number) => {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
    const two = (number: number) => String(number).padStart(2, "0");
    return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  };
  return new URLSearchParams({
    from: date(DAYS_AGO[range]),
    ...(range === "yesterday" && { to: date(0) }),
    tz,
  });
}

/** How long abandoned visitors had waited. */
export function waitedWords(waited: Spread | null): string {
  if (waited === null) return "–";
  const half = duration(waited.p50 * 1_000, "fine");
  return `half of them after ${half}, one in ten after more than ${duration(waited.p90 * 1_000, "fine")}`;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.round((100 * part) / whole)} %`;
}

/** The bounds of a row of waiting times: `to 30 s`, `30 s to 1 min`, `over 30 min`. */
export function waitingBounds(rows: Report["abandoned"]["byWaiting"]): string[] {
  return rows.map(({ upToSeconds }, index) => {
    const from = rows[index - 1]?.upToSeconds ?? 0;
    const words = (seconds: number) => duration(seconds * 1_000, "fine");
    if (upToSeconds === null) return `over ${words(from)}`;
    return index === 0 ? `up to ${words(upToSeconds)}` : `${words(from)} to ${words(upToSeconds)}`;
  });
}

/** What the advised buffers would have spared, and what they cost; `null`: there is no advice. */
export function priceWords({ adviceSeconds, curve }: Report["buffer"]): string | null {
  const point = curve.find(({ bySeconds }) => bySeconds === adviceSeconds);
  const last = curve.at(-1);
  if (!point || !last) return null;
  const [longer, longest] = [point, last].map(({ bySeconds }) =>
    duration(bySeconds * 1_000, "fine"),
  );
  return `Longer by ${longer}, ${point.returned} of the ${last.returned} visitors who came back within ${longest} would not have been found gone. The price: each visitor who really leaves is noticed ${longer} later.`;
}

/** How often a verdict is wrong, for the time that visitors are on the site. */
export function wrongRateWords(perOnlineHour: number): string {
  const rate = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 });
  return `${rate.format(perOnlineHour)} wrong verdicts for each hour that visitors spent on the site, all together.`;
}

/** What the returns say about the buffers, in one sentence. */
export function adviceWords({ buffer, contradicted }: Report): string {
  const { departures, count } = contradicted;
  const part = `${count} of ${departures} visitors found gone were back within a minute`;
  if (departures < 20) {
    return `${part}. For advice on the buffers at least 20 must have been found gone.`;
  }
  if (buffer.adviceSeconds === null) return `${part}: the buffers are long enough.`;
  const longer = duration(buffer.adviceSeconds * 1_000, "fine");
  return `${part}: the buffers are too short. Longer by ${longer}, at most one in a hundred would be.`;
}
