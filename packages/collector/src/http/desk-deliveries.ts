/**
 * Lists what a desk was told, and sends it again.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { deskEndpointId } from "../desks/endpoint.ts";
import { createEntry } from "../engine/audit.ts";
import type { DeskContext, Env } from "./context.ts";
import { deliveryPage, readDeliveryPage } from "./delivery-page.ts";
import { deskOf, deskParams as params, requireOutbound } from "./desk-of.ts";
import {
  prepareReplay,
  REPLAY_ANSWER,
  REPLAY_PROBLEMS,
  replayAnswer,
  replayBody,
} from "./replay.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { pageQuery } from "./schemas.ts";
import { parseTransitionId } from "./views.ts";
import { deliveryStatus } from "./webhook-views.ts";

const list = createRoute({
  method: "get",
  path: "/v1/desks/{id}/deliveries",
  summary: "What the desk was told, newest first",
  description:
    "`delivered` without a `response`: the desk knew all of it, or was to be told nothing. `error` is that of a webhook, `paced` (it waits for its turn), `misconfigured` (the desk refuses the credentials) or `unfinished`.",
  ...secured("Desks", "listDeskDeliveries", "not_found", "invalid_cursor"),
  request: { params, query: z.object({ ...pageQuery, status: deliveryStatus.optional() }) },
  responses: jsonResponses(deliveryPage, "One page; `cursor` is null on the last page"),
});

const replay = createRoute({
  method: "post",
  path: "/v1/desks/{id}/replay",
  summary:
    "Tell the desk again: of one transition, of all failed deliveries, or of a part of the history",
  description:
    "The desk is told how things stand, not what the transitions were. Of one transition, its conversation is written again even if the desk was told before.",
  ...secured("Desks", "replayDeskDeliveries", "not_found", "desk_not_told", ...REPLAY_PROBLEMS),
  request: { params, body: jsonBody(replayBody) },
  responses: jsonResponses(replayAnswer, REPLAY_ANSWER),
});

export function deskDeliveryRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine, webhooks, desks, conversations } = context;
  const { store, clock } = engine;
  const routes = createRoutes();

  /** What it was told is forgotten, so that it is told again. */
  async function forgetTold(account: string, desk: string, transition: string): Promise<void> {
    const { session: id } = parseTransitionId(transition) ?? { session: "" };
    const outcome = await engine.submit({ key: { account, id }, inputs: [] });
    if (!("session" in outcome)) return;
    const { links, createdAt: sessionCreatedAt } = outcome.session;
    for (const { conversation } of links.filter((link) => link.desk === desk)) {
      const named = { account, desk, conversation, sessionCreatedAt };
      await conversations.update(named, clock.now(), (before) =>
        before.written ? { ...before, written: { ...before.written, target: "" } } : before,
      );
    }
  }

  routes.openapi(list, async (c) => {
    const { account, id } = await deskOf(desks, c);
    const key = { account, id: deskEndpointId(id) };
    return c.json(await readDeliveryPage(store, clock, key, c.req.valid("query")), 200);
  });

  routes.openapi(replay, async (c) => {
    const desk = await deskOf(desks, c);
    requireOutbound(desk);
    const { account, id: target } = desk;
    const wanted = c.req.valid("json");
    const resend = await prepareReplay(
      store,
      clock,
      { account, id: deskEndpointId(target) },
      wanted,
    );
    // Before it is done: a collector that ends half way has done something.
    const by = c.var.principal.actor;
    const to = { what: Object.keys(wanted)[0] };
    const entry = createEntry(clock.now(), { by, action: "desk_replayed", target, to });
    await store.admin.commit(account, [], [entry]);
    if ("transition" in wanted) await forgetTold(account, target, wanted.transition);
    const replayed = await resend();
    await webhooks.refresh();
    return c.json({ replayed }, 200);
  });

  return routes;
}
