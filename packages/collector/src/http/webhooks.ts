/**
 * `/v1/webhooks`: the endpoints that receive transitions.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { ENDPOINT_EVENTS } from "../core/lists.ts";
import { name, storable } from "../schemas/name.ts";
import type { Actor } from "../stores/admin.ts";
import type { Endpoint, EndpointKey, EndpointPatch, EndpointStatus } from "../stores/outbox.ts";
import { createEndpoint, rotateSecrets } from "../webhooks/endpoints.ts";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { changeEntries, creationEntry, removalEntry } from "./webhook-audit.ts";
import { webhookOf, webhooksOf } from "./webhook-standings.ts";
import { viewWebhook, webhookNotFound, webhookView, webhookWithSecret } from "./webhook-views.ts";

const MAX_WEBHOOKS = 50;

const params = z.object({ id: name.openapi({ param: { name: "id", in: "path" } }) });
const url = storable(z.string().max(2_048)).openapi({
  example: "https://desk.example.com/stillhere",
});
/** `notified`: only transitions whose triggers name the endpoint. */
const events = z.enum(ENDPOINT_EVENTS);

const list = createRoute({
  method: "get",
  path: "/v1/webhooks",
  summary: "Every endpoint",
  ...secured("Webhooks", "listWebhooks"),
  responses: jsonResponses(z.object({ webhooks: z.array(webhookView) }), "The endpoints, by id"),
});

const { 200: created } = jsonResponses(
  webhookWithSecret,
  "The endpoint, with its secret, which is never shown again",
);
const create = createRoute({
  method: "post",
  path: "/v1/webhooks",
  summary: "Add an endpoint; it receives transitions from now on",
  ...secured(
    "Webhooks",
    "createWebhook",
    "webhook_target_refused",
    "webhook_name_taken",
    "too_many_webhooks",
  ),
  request: {
    body: jsonBody(z.strictObject({ url, name: name.optional(), events: events.default("all") })),
  },
  responses: { 201: created },
});

const get = createRoute({
  method: "get",
  path: "/v1/webhooks/{id}",
  summary: "One endpoint",
  ...secured("Webhooks", "getWebhook", "not_found"),
  request: { params },
  responses: jsonResponses(webhookView, "The endpoint"),
});

const patch = createRoute({
  method: "patch",
  path: "/v1/webhooks/{id}",
  summary: "Change an endpoint; once re-enabled it receives transitions from then on",
  ...secured(
    "Webhooks",
    "updateWebhook",
    "webhook_target_refused",
    "not_found",
    "webhook_name_taken",
  ),
  request: {
    params,
    body: jsonBody(
      z
        .strictObject({ url, name, events, enabled: z.boolean() })
        .partial()
        .openapi("WebhookUpdate"),
    ),
  },
  responses: jsonResponses(webhookView, "The changed endpoint"),
});

const remove = createRoute({
  method: "delete",
  path: "/v1/webhooks/{id}",
  summary: "Remove an endpoint with its pending deliveries",
  ...secured("Webhooks", "removeWebhook", "not_found"),
  request: { params },
  responses: jsonResponses(z.object({ removed: z.literal(true) }), "The endpoint was removed"),
});

const rotate = createRoute({
  method: "post",
  path: "/v1/webhooks/{id}/secret",
  summary: "Rotate the secret; for 24 hours messages are signed with the old one too",
  ...secured("Webhooks", "rotateWebhookSecret", "not_found"),
  request: { params },
  responses: jsonResponses(webhookWithSecret, "The new secret, which is never shown again"),
});

export function webhookRoutes({ engine, webhooks }: AppContext): OpenAPIHono<Env> {
  const { store, clock } = engine;
  const routes = createRoutes();

  function standingOf({ account, id }: EndpointKey): Promise<EndpointStatus> {
    return webhookOf(store.outbox, account, id);
  }

  async function view(key: EndpointKey) {
    return viewWebhook(await standingOf(key), clock);
  }

  async function checkTarget(target: string): Promise<void> {
    const why = await webhooks.refuseTarget(target);
    if (why !== null) throw new Problem("webhook_target_refused", why);
  }

  async function change(before: Endpoint, wanted: EndpointPatch, by: Actor): Promise<Endpoint> {
    const key = { account: before.account, id: before.id };
    const audit = changeEntries(clock.now(), by, before, wanted);
    const changed = await store.outbox.changeEndpoint(key, wanted, audit);
    if (changed === null) throw webhookNotFound(key.id);
    if (changed === "taken") throw nameTaken(wanted.name);
    await webhooks.refresh();
    return changed;
  }

  routes.openapi(list, async (c) => {
    const standings = await webhooksOf(store.outbox, c.var.account.name);
    return c.json({ webhooks: standings.map((standing) => viewWebhook(standing, clock)) }, 200);
  });

  routes.openapi(create, async (c) => {
    const account = c.var.account.name;
    const body = c.req.valid("json");
    await checkTarget(body.url);
    if ((await webhooksOf(store.outbox, account)).length >= MAX_WEBHOOKS) {
      throw new Problem("too_many_webhooks", `Remove one: the maximum is ${MAX_WEBHOOKS}.`);
    }
    const endpoint = createEndpoint({ account, ...body }, clock.now());
    const cursor = await store.lastCursor(account);
    const audit = [creationEntry(clock.now(), c.var.principal.actor, endpoint)];
    if (!(await store.outbox.addEndpoint(endpoint, cursor, audit))) throw nameTaken(body.name);
    await webhooks.refresh();
    return c.json({ ...(await view(endpoint)), secret: newestSecret(endpoint) }, 201);
  });

  routes.openapi(get, async (c) => {
    const key = { account: c.var.account.name, id: c.req.valid("param").id };
    return c.json(await view(key), 200);
  });

  routes.openapi(patch, async (c) => {
    const key = { account: c.var.account.name, id: c.req.valid("param").id };
    const { enabled, ...wanted } = c.req.valid("json");
    const by = c.var.principal.actor;
    const { endpoint } = await standingOf(key);
    if (wanted.url !== undefined) await checkTarget(wanted.url);
    if (enabled === true && endpoint.disabled) {
      await store.outbox.moveCursor(key, await store.lastCursor(key.account), true);
      await change(endpoint, { ...wanted, disabled: null }, by);
    } else if (enabled === false && !endpoint.disabled) {
      const disabled = { at: clock.now(), reason: "by_request" } as const;
      await change(endpoint, { ...wanted, disabled }, by);
    } else await change(endpoint, wanted, by);
    return c.json(await view(key), 200);
  });

  routes.openapi(remove, async (c) => {
    const key = { account: c.var.account.name, id: c.req.valid("param").id };
    const { endpoint } = await standingOf(key);
    const audit = [removalEntry(clock.now(), c.var.principal.actor, endpoint)];
    if (!(await store.outbox.removeEndpoint(key, audit))) throw webhookNotFound(key.id);
    await webhooks.refresh();
    return c.json({ removed: true as const }, 200);
  });

  routes.openapi(rotate, async (c) => {
    const key = { account: c.var.account.name, id: c.req.valid("param").id };
    const { endpoint } = await standingOf(key);
    const secrets = rotateSecrets(endpoint, clock.now());
    const changed = await change(endpoint, { secrets }, c.var.principal.actor);
    return c.json({ ...(await view(key)), secret: newestSecret(changed) }, 200);
  });

  return routes;
}

function newestSecret({ secrets }: Endpoint): string {
  return secrets[0]?.secret ?? "";
}

function nameTaken(taken: string | undefined): Problem {
  return new Problem("webhook_name_taken", `Choose another name: there is a webhook ${taken}.`);
}
