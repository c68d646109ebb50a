/**
 * Lists the deliveries of a webhook endpoint, and replays them.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { nextTurn } from "../async/turns.ts";
import { createEntry } from "../engine/audit.ts";
import { name } from "../schemas/name.ts";
import type { EndpointKey } from "../stores/outbox.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeLogCursor, requireTransition } from "./cursor.ts";
import { deliveryPage, readDeliveryPage } from "./delivery-page.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { pageQuery } from "./schemas.ts";
import { parseTransitionId } from "./views.ts";
import { webhookOf } from "./webhook-standings.ts";
import { deliveryStatus } from "./webhook-views.ts";

/** Deliveries that are sent again together. */
const REPLAY_READ_LIMIT = 200;

const params = z.object({ id: name.openapi({ param: { name: "id", in: "path" } }) });
const cursor = z.string().min(1).max(512);

const list = createRoute({
  method: "get",
  path: "/v1/webhooks/{id}/deliveries",
  summary: "Deliveries, newest first",
  ...secured("Webhooks", "listDeliveries", "not_found", "invalid_cursor"),
  request: { params, query: z.object({ ...pageQuery, status: deliveryStatus.optional() }) },
  responses: jsonResponses(deliveryPage, "One page; `cursor` is null on the last page"),
});

const replayBody = z
  .union([
    z.strictObject({ transition: cursor }),
    z.strictObject({ status: z.literal("failed") }),
    z.strictObject({ after: cursor }),
  ])
  .openapi("Replay");
type Replay = z.infer<typeof replayBody>;

const replay = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/replay",
  summary:
    "Send again: one transition, all failed deliveries, or everything after a point in the history",
  ...secured(
    "Webhooks",
    "replayDeliveries",
    "not_found",
    "invalid_cursor",
    "store_restored",
    "webhook_disabled",
  ),
  request: {
    params,
    body: jsonBody(replayBody),
  },
  responses: jsonResponses(
    z.object({ replayed: z.number().nullable() }),
    "How many are sent again; null with `after`, where all later ones are",
  ),
});

export function webhookDeliveryRoutes({ engine, webhooks }: AppContext): OpenAPIHono<Env> {
  const { store, clock } = engine;
  const routes = createRoutes();

  async function endpointOf(account: string, id: string) {
    return (await webhookOf(store.outbox, account, id)).endpoint;
  }

  async function resendFailed(key: EndpointKey): Promise<number> {
    let sent = 0;
    for (let beforePosition: number | undefined; ; ) {
      const page = await store.outbox.deliveries(key, {
        status: "failed",
        limit: REPLAY_READ_LIMIT,
        ...(beforePosition !== undefined && { beforePosition }),
      });
      sent += await store.outbox.resend(key, page, clock.steady());
      beforePosition = page.at(-1)?.position;
      if (page.length < REPLAY_READ_LIMIT) return sent;
      await nextTurn();
    }
  }

  /** How it is done, once it is known that it can be. Returns how many are sent again. */
  async function resendOf(key: EndpointKey, wanted: Replay): Promise<() => Promise<number | null>> {
    if ("status" in wanted) return () => resendFailed(key);
    if ("after" in wanted) {
      const after = await decodeLogCursor(store, key.account, wanted.after);
      return async () => {
        await store.outbox.moveCursor(key, after, false);
        return null;
      };
    }
    // Rejects what is no id, and a transition that is no longer in the log.
    await requireTransition(store, key.account, wanted.transition);
    const transition = parseTransitionId(wanted.transition);
    if (!transition) return async () => 0;
    return () => store.outbox.resend(key, [transition], clock.steady());
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
    const resend = await resendOf(endpoint, wanted);
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
