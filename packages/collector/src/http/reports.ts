/**
 * `GET /v1/reports`: what happened in a period, as JSON or, a table at a time, as CSV.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { TRACKS } from "../core/lists.ts";
import type { Quantiles } from "../engine/insights.ts";
import { type Report, report } from "../engine/reports.ts";
import { dayOfDate, REPORT_PERIODS, TimeZone } from "../engine/time-zone.ts";
import type { AppContext, Env } from "./context.ts";
import { type Cell, toCsv } from "./csv.ts";
import { Problem } from "./problem.ts";
import { createRoutes, secured } from "./route.ts";
import { iso } from "./views.ts";

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 7;
/** Longer ones take too long, and too much memory. */
const MAX_DAYS = 92;
/** Days of a time zone are longer by so much where its clocks go back. */
const CLOCK_CHANGE_MS = 3_600_000;

const ABANDON_REASONS = ["user_offline", "transferred_to_email"] as const;
const TABLES = ["periods", "hours", "groups", "reasons", "waiting", "agents", "curve"] as const;
type Table = (typeof TABLES)[number];

const count = z.number().int();
const secondsSpread = z
  .object({ p50: z.number(), p90: z.number(), p99: z.number(), count })
  .nullable();
const waiting = {
  count,
  waitedSeconds: secondsSpread.describe("From joining the queue to leaving it."),
};

const view = z
  .object({
    track: z.enum(TRACKS),
    from: z.iso.datetime(),
    to: z.iso.datetime().describe("The first instant after the period."),
    tz: z.string().openapi({ example: "Europe/Berlin" }),
    by: z.enum(REPORT_PERIODS),
    conversations: count.describe("Conversations that began."),
    periods: z.array(
      z.object({
        date: z.iso.date().describe("Its first day; weeks begin on Monday."),
        conversations: count,
        abandoned: count,
        departures: count,
        contradicted: count,
        releasedSeconds: z.number(),
      }),
    ),
    byHour: z
      .array(z.object({ hour: count, conversations: count, abandoned: count }))
      .describe("Hours of the day in `tz`, from 0 to 23, of all days together."),
    abandoned: z
      .object({
        ...waiting,
        returned: count.describe("Of them, back within 10 minutes."),
        byReason: z.array(z.object({ reason: z.enum(ABANDON_REASONS), ...waiting })),
        byGroup: z.array(z.object({ group: z.string().nullable(), ...waiting })),
        byWaiting: z
          .array(z.object({ upToSeconds: z.number().nullable(), count }))
          .describe("How many waited so long, and longer than in the row before. Null: no limit."),
      })
      .describe(
        "Left the queue because the visitor went offline, or because the conversation was moved to e-mail before that.",
      ),
    silent: count.describe(
      "Left the queue because the visitor, not known to be online, was silent.",
    ),
    movedToEmail: count.describe(
      "Without an agent, moved to e-mail, also those that were abandoned before.",
    ),
    contradicted: z.object({
      departures: count.describe("Verdicts `offline`."),
      count: count.describe("Of them, the visitor was back within a minute."),
      undecided: count.describe("Of them, less than a minute old: the visitor may still be back."),
      onlineHours: z.number().describe("Hours that visitors were online, added up."),
      perOnlineHour: z.number().nullable().describe("`count` ÷ `onlineHours`."),
      awaySeconds: secondsSpread.describe("From the verdict to the return."),
    }),
    buffer: z.object({
      curve: z
        .array(
          z.object({
            bySeconds: z.number().describe("A buffer longer by so much …"),
            returned: count.describe("… would have spared so many departures,"),
            share: z.number().nullable().describe("this part of all,"),
            delayedSeconds: z.number().describe("and delayed the others by so much, added up."),
          }),
        )
        .describe("Returns by delay, for drawing."),
      adviceSeconds: z
        .number()
        .nullable()
        .describe(
          "By how much the buffers should be longer, so that at most 1 % of departures are contradicted; at most 60. Null: they are long enough, or there were fewer than 20 departures.",
        ),
    }),
    released: z.object({
      seconds: z
        .number()
        .describe(
          "How long agents had capacity that absent visitors no longer took: to the conversation's end or the visitor's return, 10 minutes at most each.",
        ),
      byAgent: z.array(z.object({ agent: z.string(), count, seconds: z.number() })),
    }),
  })
  .openapi("Report");

type ReportView = z.infer<typeof view>;

const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

const get = createRoute({
  method: "get",
  path: "/v1/reports",
  summary: "Who gave up waiting, contradicted verdicts, released capacity, by day, week or month",
  description:
    "With `Accept: text/csv` the answer is one table of it, in UTF-8, in which a text that a spreadsheet would read as a formula begins with an apostrophe.",
  ...secured("Insights", "getReport", "invalid_period", "unknown_time_zone"),
  request: {
    query: z.object({
      from: instant
        .optional()
        .describe("A date begins at midnight in `tz`. Default: 7 days before `to`."),
      to: instant.optional().describe("The first instant after the period. Default: now."),
      tz: z.string().max(64).default("UTC").describe("An IANA time zone."),
      by: z.enum(REPORT_PERIODS).default("day"),
      track: z.enum(TRACKS).optional().describe("Default: `shadow` in a trial run, else `live`."),
      table: z.enum(TABLES).default("periods").describe("Which table CSV has."),
    }),
  },
  responses: {
    200: {
      description: "The report",
      content: { "application/json": { schema: view }, "text/csv": { schema: z.string() } },
    },
  },
});

export function reportRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { tz, by, track, table, ...given } = c.req.valid("query");
    const { mode } = engine.broadcasts.latest(account).settings.presence;
    const now = engine.clock.now();
    const timeZone = timeZoneOf(tz);
    const to = given.to === undefined ? now : instantOf(given.to, timeZone);
    const from =
      given.from === undefined ? to - DEFAULT_DAYS * DAY_MS : instantOf(given.from, timeZone);
    requireValid(from, to);
    const query = {
      track: track ?? (mode === "shadow" ? ("shadow" as const) : ("live" as const)),
      from,
      to,
      timeZone,
      by,
    };
    const found = viewOf(await report(engine.store, account, query, now), query);
    const type = accepts(c, {
      header: "Accept",
      supports: ["application/json", "text/csv"],
      default: "application/json",
    });
    c.header("Vary", "Accept");
    if (type !== "text/csv") return c.json(found, 200);
    c.header("Content-Type", "text/csv; charset=utf-8");
    c.header("Content-Disposition", `attachment; filename="stillhere-${table}.csv"`);
    return c.body(csvOf(table, found), 200) as never;
  });
  return routes;
}

function timeZoneOf(name: string): TimeZone {
  try {
    return new TimeZone(name);
  } catch {
    throw new Problem(
      "unknown_time_zone",
      "Use a name of the IANA time zone database, as Europe/Berlin or UTC.",
    );
  }
}

function instantOf(given: string, timeZone: TimeZone): number {
  const day = dayOfDate(given);
  return Number.isNaN(day) ? Date.parse(given) : timeZone.startOf(day);
}

/** @throws {Problem} `invalid_period` */
function requireValid(from: number, to: number): void {
  if (from < to && to - from <= MAX_DAYS * DAY_MS + CLOCK_CHANGE_MS) return;
  throw new Problem(
    "invalid_period",
    `Give a \`from\` before \`to\`, at most ${MAX_DAYS} days apart.`,
  );
}

type Query = Parameters<typeof report>[2];

function viewOf(found: Report, { track, timeZone, by }: Query): ReportView {
  const { abandoned, departures, contradicted, onlineHours } = found;
  return {
    track,
    from: iso(found.from),
    to: iso(found.to),
    tz: timeZone.name,
    by,
    conversations: found.conversations,
    periods: found.periods.map(({ releasedMs, ...period }) => ({
      ...period,
      releasedSeconds: releasedMs / 1_000,
    })),
    byHour: [...found.byHour],
    abandoned: {
      ...waitingView(abandoned),
      returned: abandoned.returned,
      byReason: abandoned.byReason.map((each) => ({ reason: each.reason, ...waitingView(each) })),
      byGroup: abandoned.byGroup.map((each) => ({ group: each.group, ...waitingView(each) })),
      byWaiting: abandoned.byWaiting.map(({ upToMs, count }) => ({
        upToSeconds: upToMs === null ? null : upToMs / 1_000,
        count,
      })),
    },
    silent: found.silent,
    movedToEmail: found.movedToEmail,
    contradicted: {
      departures,
      count: contradicted,
      undecided: found.undecided,
      onlineHours,
      perOnlineHour: onlineHours === 0 ? null : contradicted / onlineHours,
      awaySeconds: inSeconds(found.contradictedMs),
    },
    buffer: {
      curve: found.curve.map(({ byMs, returned, delayedMs }) => ({
        bySeconds: byMs / 1_000,
        returned,
        share: departures === 0 ? null : returned / departures,
        delayedSeconds: delayedMs / 1_000,
      })),
      adviceSeconds: found.adviceMs === null ? null : found.adviceMs / 1_000,
    },
    released: {
      seconds: found.released.reduce((sum, { ms }) => sum + ms, 0) / 1_000,
      byAgent: found.released.map(({ agent, count, ms }) => ({
        agent,
        count,
        seconds: ms / 1_000,
      })),
    },
  };
}

function waitingView({ count, waitedMs }: { count: number; waitedMs: Quantiles | null }) {
  return { count, waitedSeconds: inSeconds(waitedMs) };
}

function inSeconds(measured: Quantiles | null) {
  if (!measured) return null;
  const { p50, p90, p99, count } = measured;
  return { p50: p50 / 1_000, p90: p90 / 1_000, p99: p99 / 1_000, count };
}

/** Rows of objects, whose fields are the columns. */
function csvOf(table: Table, found: ReportView): string {
  const rows = rowsOf(table, found);
  return toCsv(
    COLUMNS[table],
    rows.map((row) => COLUMNS[table].map((name) => row[name] ?? null)),
  );
}

const WAITED = ["count", "waitedSecondsP50", "waitedSecondsP90"] as const;

const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  periods: ["date", "conversations", "abandoned", "departures", "contradicted", "releasedSeconds"],
  hours: ["hour", "conversations", "abandoned"],
  groups: ["group", ...WAITED],
  reasons: ["reason", ...WAITED],
  waiting: ["upToSeconds", "count"],
  agents: ["agent", "count", "seconds"],
  curve: ["bySeconds", "returned", "share", "delayedSeconds"],
};

type Row = Readonly<Record<string, Cell>>;

function rowsOf(table: Table, found: ReportView): readonly Row[] {
  switch (table) {
    case "periods":
      return found.periods;
    case "hours":
      return found.byHour;
    case "groups":
      return found.abandoned.byGroup.map(spread);
    case "reasons":
      return found.abandoned.byReason.map(spread);
    case "waiting":
      return found.abandoned.byWaiting;
    case "agents":
      return found.released.byAgent;
    case "curve":
      return found.buffer.curve;
  }
}

function spread<T extends { waitedSeconds: Quantiles | null }>({ waitedSeconds, ...rest }: T): Row {
  return {
    ...rest,
    waitedSecondsP50: waitedSeconds?.p50 ?? null,
    waitedSecondsP90: waitedSeconds?.p90 ?? null,
  };
}
