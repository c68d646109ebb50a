/**
 * `POST /v1/webhooks/{id}/test`: sends an endpoint a test, and shows what its receiver answered.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createEntry } from "../engine/audit.ts";
import { name } from "../schemas/name.ts";
import { sendTest } from "../webhooks/test-message.ts";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { answerFields, type TestAnswer } from "./test-answer.ts";
import { webhookOf } from "./webhook-standings.ts";

const RETRY_AFTER_MS = 1_000;

const test = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/test",
  summary: "Send a test, signed as a real message; a disabled endpoint gets it too",
  description:
    "The message has the type `webhook.test` and an id that begins with `test_`. It is sent once, waits 15 seconds for its answer at most, and changes nothing about the endpoint, whatever the receiver answers.",
  ...secured("Webhooks", "testWebhook", "not_found", "too_many_requests"),
  request: { params: z.object({ id: name.openapi({ param: { name: "id", in: "path" } }) }) },
  responses: jsonResponses(
    z
      .object({
        id: z.string().describe("The message's `webhook-id`."),
        delivered: z.boolean().describe("The receiver answered with 2xx."),
        response: z.number().nullable().describe("Its HTTP status; null: it did not answer."),
        error: z.string().nullable().describe("Why there was no answer, as in deliveries."),
      })
      .openapi("WebhookTest"),
    "How it went",
  ),
});

export function webhookTestRoutes({ engine, webhooks }: AppContext): OpenAPIHono<Env> {
  const { store, clock } = engine;
  const routes = createRoutes();
  /** One at a time for each endpoint, so that nobody floods a receiver by this route. */
  const running = new Set<string>();

  routes.openapi(test, async (c) => {
    const { id } = c.req.valid("param");
    const account = c.var.account.name;
    const { endpoint } = await webhookOf(store.outbox, account, id);
    if (running.has(id)) {
      const detail = "Wait for its answer: a test of this webhook is being sent.";
      throw new Problem("too_many_requests", detail, [], RETRY_AFTER_MS);
    }
    running.add(id);
    try {
      const log = async (answer?: TestAnswer) => {
        const by = c.var.principal.actor;
        const to = { name: endpoint.name, ...(answer && answerFields(answer)) };
        const entry = createEntry(clock.now(), { by, action: "webhook_tested", target: id, to });
        await store.admin.commit(account, [], [entry]);
      };
      // Before it is sent: what leaves the collector has an entry, even if the collector ends meanwhile.
      await log();
      const sent = await sendTest(webhooks.post, endpoint, clock.now());
      const { id: message, outcome, response, error } = sent;
      await log(sent);
      return c.json({ id: message, delivered: outcome === "delivered", response, error }, 200);
    } finally {
      running.delete(id);
    }
  });

  return routes;
}
