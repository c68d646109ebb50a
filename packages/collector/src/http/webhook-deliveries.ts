/**
 * Lists the deliveries of a webhook endpoint, and replays them.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createEntry } from "../engine/audit.ts";
import { name } from "../schemas/name.ts";
import type { AppContext, Env } from "./context.ts";
import { deliveryPage, readDeliveryPage } from "./delivery-page.ts";
import { Problem } from "./problem.ts";
import {
  prepareReplay,
  REPLAY_ANSWER,
  REPLAY_PROBLEMS,
  replayAnswer,
  replayBody,
} from "./replay.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { pageQuery } from "./schemas.ts";
import { webhookOf } from "./webhook-standings.ts";
import { deliveryStatus } from "./webhook-views.ts";

const params = z.object({ id: name.openapi({ param: { name: "id", in: "path" } }) });

const list = createRoute({
  method: "get",
  path: "/v1/webhooks/{id}/deliveries",
  summary: "Deliveries, newest first",
  ...secured("Webhooks", "listDeliveries", "not_found", "invalid_cursor"),
  request: { params, query: z.object({ ...pageQuery, status: deliveryStatus.optional() }) },
  responses: jsonResponses(deliveryPage, "One page; `cursor` is null on the last page"),
});

const replay = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/replay",
  summary:
    "Send again: one transition, all failed deliveries, or everything after a point in the history",
  ...secured("Webhooks", "replayDeliveries", "not_found", "webhook_disabled", ...REPLAY_PROBLEMS),
  request: {
    params,
    body: jsonBody(replayBody),
  },
  responses: jsonResponses(replayAnswer, REPLAY_ANSWER),
});

export function webhookDeliveryRoutes({ engine, webhooks }: AppContext): OpenAPIHono<Env> {
  const { store, clock } = engine;
  const routes = createRoutes();

  async function endpointOf(account: string, id: string) {
    return (await webhookOf(store.outbox, account, id)).endpoint;
  }

  routes.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const query = c.req.valid("query");
    const endpoint = await endpointOf(c.var.account.name, id);
    return c.json(await readDeliveryPage(store, clock, endpoint, query), 200);
  });

  routes.openapi(replay, async (c) => {
    const { id } = c.req.valid("param");
    const wanted = c.req.valid("json");
    const account = c.var.account.name;
    const endpoint = await endpointOf(account, id);
    if (endpoint.disabled) {
      throw new Problem("webhook_disabled", `Enable it first: PATCH /v1/webhooks/${id}.`);
    }
    const resend = await prepareReplay(store, clock, endpoint, wanted);
    // Before it is done: a collector that ends half way has done something.
    const by = c.var.principal.actor;
    const to = { what: Object.keys(wanted)[0] };
    const entry = createEntry(clock.now(), { by, action: "deliveries_replayed", target: id, to });
    await store.admin.commit(account, [], [entry]);
    const replayed = await resend();
    await webhooks.refresh();
    return c.json({ replayed }, 200);
  });

  return routes;
}
