/**
 * `GET /v1/insights`: how accurate the verdicts were, live or in shadow mode.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { TRACKS } from "../core/lists.ts";
import { measure, type Quantiles } from "../engine/insights.ts";
import { reportOutcomes, sumOutcomes } from "../engine/outcomes.ts";
import type { AppContext, Env } from "./context.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { iso } from "./views.ts";

const DAY_MS = 86_400_000;

const quantiles = z
  .object({ p50: z.number(), p90: z.number(), p99: z.number(), count: z.number() })
  .nullable();

const insights = z
  .object({
    track: z.enum(TRACKS),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    departures: z.number().int().describe("Verdicts `offline`."),
    detectionSeconds: quantiles.describe("From the last signal to the verdict."),
    contradicted: z
      .number()
      .int()
      .describe("Verdicts after which the visitor was back within a minute."),
    returnSeconds: quantiles.describe("From the verdict to the return."),
    longerBuffers: z.array(
      z.object({ bySeconds: z.number(), spared: z.number(), delayedSeconds: z.number() }),
    ),
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

const outcomes = createRoute({
  method: "get",
  path: "/v1/insights/outcomes",
  summary: "What verdicts did at the desk, in shadow mode beside what presence would have done",
  ...secured("Insights", "getOutcomes"),
  request: {
    query: z.object({
      days: z.coerce.number().int().min(1).max(90).default(7).describe("Up to now."),
    }),
  },
  responses: jsonResponses(
    z.object({
      from: z.iso.datetime().describe("In shadow mode not before its first transition."),
      to: z.iso.datetime(),
      live: counts,
      shadow: shadowCounts,
      days: z
        .array(z.object({ day: z.iso.date(), live: counts, shadow: shadowCounts }))
        .describe("Each day, in UTC."),
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
    const measured = await measure(engine.store, account, wanted, to - days * DAY_MS, to);
    return c.json(
      {
        track: measured.track,
        from: iso(measured.from),
        to: iso(measured.to),
        departures: measured.departures,
        detectionSeconds: inSeconds(measured.detectionMs),
        contradicted: measured.contradicted,
        returnSeconds: inSeconds(measured.returnMs),
        longerBuffers: measured.longerBuffers.map(({ byMs, spared, delayedMs }) => ({
          bySeconds: byMs / 1000,
          spared,
          delayedSeconds: delayedMs / 1000,
        })),
      },
      200,
    );
  });

  routes.openapi(outcomes, async (c) => {
    const account = c.var.account.name;
    const { mode } = engine.broadcasts.latest(account).settings.presence;
    const to = engine.clock.now();
    const from = to - c.req.valid("query").days * DAY_MS;
    const isTrial = mode === "shadow";
    const report = await reportOutcomes(engine.store, account, isTrial, from, to);
    const days = report.days.map(({ at, live, shadow }) => {
      return { day: iso(at).slice(0, "2026-01-01".length), live, shadow };
    });
    const live = sumOutcomes(days.map((day) => day.live));
    const shadow = isTrial ? sumOutcomes(days.flatMap((day) => day.shadow ?? [])) : null;
    return c.json({ from: iso(report.from), to: iso(report.to), live, shadow, days }, 200);
  });

  return routes;
}

function inSeconds(measured: Quantiles | null) {
  if (!measured) return null;
  const { p50, p90, p99, count } = measured;
  return { p50: p50 / 1000, p90: p90 / 1000, p99: p99 / 1000, count };
}
