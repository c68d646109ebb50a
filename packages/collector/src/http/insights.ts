/**
 * `GET /v1/insights`: how accurate the verdicts were, live or in shadow mode.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { TRACKS } from "../core/lists.ts";
import { compareVerdicts } from "../desks/verdicts.ts";
import { measure, type Quantiles } from "../engine/insights.ts";
import { firstDayOf, type OutcomeReport, reportOutcomes, sumOutcomes } from "../engine/outcomes.ts";
import { lastTrial } from "../engine/trial.ts";
import type { AppContext, Env } from "./context.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { iso } from "./views.ts";

const DAY_MS = 86_400_000;

const quantiles = z
  .object({ p50: z.number(), p90: z.number(), p99: z.number(), count: z.number() })
  .nullable();

const count = () => z.number().int();

const agreement = z
  .object({
    both: count().describe("Presence and the desk itself found their visitor gone or silent."),
    onlyDesk: count(),
    onlyPresence: count(),
  })
  .nullable()
  .describe(
    "In shadow mode: conversations that the desk itself reported to be inactive, beside those that presence found so. Null: it reports none.",
  )
  .openapi("DeskAgreement");

const insights = z
  .object({
    track: z.enum(TRACKS),
    from: z.iso.datetime().describe("In shadow mode not before it was switched on."),
    to: z.iso.datetime(),
    departures: z.number().int().describe("Verdicts `offline`."),
    detectionSeconds: quantiles.describe("From the last signal to the verdict."),
    contradicted: z
      .number()
      .int()
      .describe("Verdicts after which the visitor was back within a minute."),
    undecided: z
      .number()
      .int()
      .describe(
        "Verdicts less than a minute before `to`, after which the visitor may still be back.",
      ),
    returnSeconds: quantiles.describe("From the verdict to the return."),
    longerBuffers: z.array(
      z.object({ bySeconds: z.number(), spared: z.number(), delayedSeconds: z.number() }),
    ),
    desk: agreement,
  })
  .openapi("Insights");

const get = createRoute({
  method: "get",
  path: "/v1/insights",
  summary: "Measured quality: detection, contradicted verdicts, returns, other buffers",
  ...secured("Insights", "getInsights"),
  request: {
    query: z.object({
      days: z.coerce.number().int().min(1).max(90).default(7).describe("Up to now."),
      track: z.enum(TRACKS).optional(),
    }),
  },
  responses: jsonResponses(insights, "The measurements"),
});

const counts = z
  .object({
    departures: z.number().int().describe("Verdicts `offline`."),
    leftQueue: z
      .number()
      .int()
      .describe("Without an agent, became inactive by leaving or silence."),
    released: z.number().int().describe("With an agent, whose capacity became free by the same."),
    solved: z.number().int().describe("Tickets that a trigger set to solved."),
  })
  .openapi("Outcomes");
const shadowCounts = counts.nullable().describe("In shadow mode: as if presence had decided.");

const report = {
  from: z.iso.datetime().describe("In shadow mode not before it was switched on."),
  to: z.iso.datetime(),
  live: counts,
  shadow: shadowCounts,
  days: z
    .array(z.object({ day: z.iso.date(), live: counts, shadow: shadowCounts }))
    .describe("Each day, in UTC."),
  desk: agreement,
};

const outcomes = createRoute({
  method: "get",
  path: "/v1/insights/outcomes",
  summary: "What verdicts did at the desk, in shadow mode beside what presence would have done",
  ...secured("Insights", "getOutcomes"),
  request: {
    query: z.object({
      days: z.coerce.number().int().min(1).max(90).default(7).describe("Today is the last one."),
    }),
  },
  responses: jsonResponses(
    z.object({
      ...report,
      trial: z
        .object(report)
        .nullable()
        .describe("The last trial run, if it ended in that period; null while one goes on."),
    }),
    "The counts",
  ),
});

export function insightRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { days, track } = c.req.valid("query");
    const { mode } = engine.broadcasts.latest(account).settings.presence;
    const to = engine.clock.now();
    const wanted = track ?? (mode === "shadow" ? "shadow" : "live");
    const earliest = to - days * DAY_MS;
    const isTrial = mode === "shadow" && wanted === "shadow";
    const trial = isTrial
      ? await lastTrial(engine.store, account, {
          isTrial,
          since: earliest,
          periodMs: days * DAY_MS,
        })
      : null;
    const from = Math.max(earliest, trial?.from ?? earliest);
    const measured = await measure(engine.store, account, wanted, from, to);
    const desk =
      wanted === "shadow" ? await compareVerdicts(engine.store, account, from, to) : null;
    return c.json(
      {
        track: measured.track,
        from: iso(measured.from),
        to: iso(measured.to),
        departures: measured.departures,
        detectionSeconds: inSeconds(measured.detectionMs),
        contradicted: measured.contradicted,
        undecided: measured.undecided,
        returnSeconds: inSeconds(measured.returnMs),
        longerBuffers: measured.longerBuffers.map(({ byMs, spared, delayedMs }) => ({
          bySeconds: byMs / 1000,
          spared,
          delayedSeconds: delayedMs / 1000,
        })),
        desk,
      },
      200,
    );
  });

  routes.openapi(outcomes, async (c) => {
    const account = c.var.account.name;
    const { mode } = engine.broadcasts.latest(account).settings.presence;
    const { store, clock } = engine;
    const { days } = c.req.valid("query");
    const isTrial = mode === "shadow";
    const to = clock.now();
    const from = firstDayOf(to, days);
    const trial = await lastTrial(store, account, {
      isTrial,
      since: from,
      periodMs: days * DAY_MS,
    });
    const begin = isTrial && trial ? Math.max(from, trial.from) : from;
    const current = await reportOutcomes(store, account, isTrial, begin, to);
    const agreementOf = (since: number, until: number) =>
      compareVerdicts(store, account, since, until);
    if (isTrial || trial?.to == null) {
      const desk = isTrial ? await agreementOf(begin, to) : null;
      return c.json({ ...viewOf(current), desk, trial: null }, 200);
    }
    const trialFrom = Math.max(trial.from, firstDayOf(trial.to, days));
    const ended = await reportOutcomes(store, account, true, trialFrom, trial.to);
    const desk = await agreementOf(trialFrom, trial.to);
    return c.json({ ...viewOf(current), desk: null, trial: { ...viewOf(ended), desk } }, 200);
  });

  return routes;
}

function viewOf({ from, to, days }: OutcomeReport) {
  const shadows = days.flatMap(({ shadow }) => shadow ?? []);
  return {
    from: iso(from),
    to: iso(to),
    live: sumOutcomes(days.map(({ live }) => live)),
    shadow: shadows.length > 0 ? sumOutcomes(shadows) : null,
    days: days.map(({ at, live, shadow }) => {
      return { day: iso(at).slice(0, "2026-01-01".length), live, shadow };
    }),
  };
}

function inSeconds(measured: Quantiles | null) {
  if (!measured) return null;
  const { p50, p90, p99, count } = measured;
  return { p50: p50 / 1000, p90: p90 / 1000, p99: p99 / 1000, count };
}
