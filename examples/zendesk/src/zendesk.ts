/**
 * A stand-in for Zendesk: its API, its widget with the page around it, its agents and its two webhooks.
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { Api, type ApiOptions } from "./api.ts";
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
  /** Of the collector, for the shop's page. */
  readonly publishableKey: string;
}

const SCRIPT = { "Content-Type": "text/javascript" };

export function createZendesk({ events, trigger, api: options, publishableKey }: ZendeskOptions) {
  const tickets = new Tickets();
  const messaging = new Messaging(tickets, events, trigger);
  const api = new Api(tickets, (ticket, names) => messaging.changed(ticket, names), options);
  const sdk = readFileSync(fileURLToPath(import.meta.resolve("@stillhere/sdk/zendesk")), "utf8");
  const app = new Hono();

  app.get("/", (c) => c.html(renderShop(publishableKey, 1)));
  app.get("/doubled", (c) => c.html(renderShop(publishableKey, 2)));
  app.get("/account", (c) => c.html(renderAccount(publishableKey)));
  app.get("/widget.js", (c) => c.body(WIDGET, 200, SCRIPT));
  app.get("/stillhere.js", (c) => c.body(sdk, 200, SCRIPT));
  app.route("/widget", messaging.widget);
  app.get("/app", (c) => c.html(renderAgentPage(tickets.all)));
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
