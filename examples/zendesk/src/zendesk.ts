/**
 * A stand-in for Zendesk: its API, its widget with the page around it, its agents and its two webhooks.
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { Api, type ApiOptions } from "./api.ts";
import { type Behaviour, SWITCHES, type Switch } from "./behaviour.ts";
import { Messaging } from "./messaging.ts";
import { renderAccount, renderAgentPage, renderShop } from "./pages.ts";
import { show, Tickets } from "./tickets.ts";
import type { Webhook } from "./webhook.ts";
import { WIDGET } from "./widget.ts";

export interface ZendeskOptions {
  /** A webhook is subscribed to events or connected to triggers, never both. */
  readonly events: Webhook;
  readonly trigger: Webhook;
  readonly api: ApiOptions;
  readonly behaviour: Behaviour;
  /** Of the collector, for the shop's page. */
  readonly publishableKey: string;
}

const SCRIPT = { "Content-Type": "text/javascript" };

export function createZendesk(options: ZendeskOptions) {
  const { events, trigger, behaviour, publishableKey } = options;
  const tickets = new Tickets();
  const messaging = new Messaging(tickets, events, trigger);
  const changed = messaging.changed.bind(messaging);
  const api = new Api(tickets, changed, { ...options.api, behaviour });
  const sdk = readFileSync(fileURLToPath(import.meta.resolve("@stillhere/sdk/zendesk")), "utf8");
  const app = new Hono();

  app.get("/", (c) => c.html(renderShop(publishableKey, 1)));
  app.get("/doubled", (c) => c.html(renderShop(publishableKey, 2)));
  app.get("/account", (c) => c.html(renderAccount(publishableKey)));
  app.get("/widget.js", (c) => c.body(WIDGET, 200, SCRIPT));
  app.get("/stillhere.js", (c) => c.body(sdk, 200, SCRIPT));
  app.route("/widget", messaging.widget);
  app.get("/app", (c) =>
    c.html(renderAgentPage({ tickets: tickets.all, behaviour, webhooks: [events, trigger], api })),
  );
  // Where Zendesk shows one ticket.
  app.get("/agent/tickets/:id", (c) => c.redirect("/app"));
  app.post("/app/behaviour/:name/:to{on|off}", (c) => {
    const { name, to } = c.req.param();
    if (!(name in SWITCHES)) return c.text(`There is no switch ${name}.`, 404);
    behaviour[name as Switch] = to === "on";
    return c.redirect("/app");
  });
  app.route("/app", messaging.agents);
  app.route("/api/v2", api.routes);

  /** For tests. */
  app.get("/state", (c) =>
    c.json({
      tickets: tickets.all.map((ticket) => ({
        ...show(ticket),
        conversation: ticket.conversation,
      })),
      refused: api.refused,
      counts: api.counts,
      updates: api.updates,
      statuses: [...events.statuses, ...trigger.statuses],
      dropped: events.dropped + trigger.dropped,
    }),
  );
  return app;
}
