/**
 * OpenAPI descriptions of the routes that are not defined with `createRoute`: the signals, which are
 * decoded by hand, and what needs no key.
 * @module
 */

import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { LEAVE_DESTINATIONS, SIGNAL_TYPES, SIGNALS_PATH, WIRE_VERSION } from "@stillhere/sdk/wire";
import type { Env } from "./context.ts";
import { problemResponses } from "./operation.ts";
import type { ProblemCode } from "./problem.ts";
import { sessionId } from "./schemas.ts";
import { VERSION } from "./version.ts";

const signal = z
  .object({
    v: z.literal(WIRE_VERSION).describe("Version of the wire format."),
    key: z.string().describe("The account's publishable key.").openapi({ example: "pk_…" }),
    session: sessionId,
    token: z.string().max(2_048).optional().describe("What the setting `binding` requires."),
    page: z.string().describe("The page's own random id.").openapi({ example: "k3JZ0aQ" }),
    gen: z.number().int().min(0).describe("Generation: how often the page came back."),
    seq: z.number().int().min(0).optional().describe("Number of the signal; a `leave` has none."),
    type: z.enum(SIGNAL_TYPES),
    visible: z.boolean().optional().describe("Whether the tab is visible."),
    armed: z.boolean().optional().describe("The browser holds a deferred leave."),
    to: z.enum(LEAVE_DESTINATIONS).optional().describe("Where a `leave` leads, if that is known."),
  })
  .openapi("Signal");

/** Everything that a signal may be refused with. */
const SIGNAL_CODES: readonly ProblemCode[] = [
  "not_json",
  "invalid_signal",
  "unsupported_version",
  "key_invalid",
  "secret_key_in_page",
  "token_missing",
  "token_invalid",
  "token_expired",
  "token_other_session",
  "origin_not_allowed",
  "binding_unknown",
  "too_large",
  "unsupported_media_type",
  "too_many_requests",
  "too_many_sessions",
  "record_unreadable",
  "internal",
  "unavailable",
];

const status = z.literal("ok");

function json<T extends z.ZodType>(description: string, schema: T) {
  return { 200: { description, content: { "application/json": { schema } } } };
}

export function describeOtherRoutes({ openAPIRegistry: registry }: OpenAPIHono<Env>): void {
  registry.registerPath({
    method: "post",
    path: SIGNALS_PATH,
    operationId: "sendSignal",
    tags: ["Signals"],
    summary: "Report a signal of a page; the response follows the commit",
    security: [],
    request: {
      body: {
        content: { "text/plain": { schema: signal }, "application/json": { schema: signal } },
        required: true,
      },
    },
    responses: {
      ...json(
        "The store has the signal",
        z.object({
          nextMs: z
            .number()
            .int()
            .describe("Milliseconds until the next beat; 0: send no more.")
            .openapi({ example: 10_000 }),
        }),
      ),
      ...problemResponses(SIGNAL_CODES),
    },
  });
  const open = { method: "get" as const, tags: ["Operation"], security: [] };
  registry.registerPath({
    ...open,
    path: "/healthz",
    operationId: "getHealth",
    summary: "Whether the process runs",
    responses: json(
      "It does",
      z.object({ status, version: z.string() }).openapi({
        example: { status: "ok", version: VERSION },
      }),
    ),
  });
  registry.registerPath({
    ...open,
    path: "/readyz",
    operationId: "getReadiness",
    summary: "Whether the store answers; for load balancers",
    responses: {
      ...json(
        "It does",
        z.object({ status, clockSkewMs: z.int() }).openapi({
          example: { status: "ok", clockSkewMs: 0 },
        }),
      ),
      ...problemResponses(["unavailable"]),
    },
  });
  registry.registerPath({
    ...open,
    path: "/metrics",
    operationId: "getMetrics",
    summary: "Metrics for Prometheus",
    description:
      "With `--metrics-token` it requires that bearer token; with `--metrics-port` it is at that port. At the edge it has one gauge, with `STILLHERE_METRICS_TOKEN`.",
    security: [{}, { metricsToken: [] }],
    responses: {
      200: {
        description: "The metrics",
        content: { "text/plain": { schema: z.string() } },
      },
      ...problemResponses(["key_missing", "key_invalid", "not_found"]),
    },
  });
  registry.registerPath({
    ...open,
    path: "/openapi.json",
    operationId: "getDescription",
    summary: "This description; with an ETag",
    responses: {
      ...json("The description", z.record(z.string(), z.unknown())),
      304: { description: "It has not changed since the one that `If-None-Match` names" },
    },
  });
}
