/**
 * `POST /v1/desks/{id}/test`: asks a desk something that needs its credentials, and shows how it went.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { exchange } from "../desks/exchange.ts";
import { createEntry } from "../engine/audit.ts";
import type { DeskContext, Env } from "./context.ts";
import { deskOf, deskParams as params, requireOutbound } from "./desk-of.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { answerFields, type TestAnswer } from "./test-answer.ts";

const RETRY_AFTER_MS = 1_000;

const test = createRoute({
  method: "post",
  path: "/v1/desks/{id}/test",
  summary: "Ask the desk whether it would accept what it is told",
  description:
    "The desk is read from, also in a dry run, and nothing is written there. It is asked once, and has 3.5 seconds for each answer.",
  ...secured("Desks", "testDesk", "not_found", "desk_not_told", "too_many_requests"),
  request: { params },
  responses: jsonResponses(
    z
      .object({
        delivered: z.boolean().describe("It would."),
        response: z.number().nullable().describe("Its HTTP status; null: it did not answer."),
        error: z
          .string()
          .nullable()
          .describe(
            "Why not: as in the deliveries; `misconfigured`: it refuses the credentials, or lacks what is written to; `gone`: there is no such account.",
          ),
      })
      .openapi("DeskTest"),
    "How it went",
  ),
});

export function deskTestRoutes({ engine, webhooks, desks }: DeskContext): OpenAPIHono<Env> {
  const { store, clock } = engine;
  const routes = createRoutes();
  /** One at a time for each desk, so that nobody floods it by this route. */
  const running = new Set<string>();

  routes.openapi(test, async (c) => {
    const desk = await deskOf(desks, c);
    const outbound = requireOutbound(desk);
    const sink = desks.kind(desk.kind)?.sink;
    if (!sink) throw new Problem("desk_not_told", `Register the kind ${desk.kind} again.`);
    if (running.has(desk.id)) {
      const detail = "Wait for its answer: a test of this desk is running.";
      throw new Problem("too_many_requests", detail, [], RETRY_AFTER_MS);
    }
    running.add(desk.id);
    try {
      const log = async (answer?: TestAnswer) => {
        const by = c.var.principal.actor;
        const to = { kind: desk.kind, ...(answer && answerFields(answer)) };
        const entry = createEntry(clock.now(), { by, action: "desk_tested", target: desk.id, to });
        await store.admin.commit(desk.account, [], [entry]);
      };
      // Before it is sent: what leaves the collector has an entry, even if the collector ends meanwhile.
      await log();
      const { signal } = new AbortController();
      const call = sink.test(outbound);
      const result = await exchange(webhooks.deskRequest, outbound.baseUrl, call, signal);
      const { outcome, response, isGone } = result;
      const error = isGone ? "gone" : result.error;
      const delivered = outcome === "delivered" && !isGone;
      await log({ response, error });
      return c.json({ delivered, response, error }, 200);
    } finally {
      running.delete(desk.id);
    }
  });

  return routes;
}
