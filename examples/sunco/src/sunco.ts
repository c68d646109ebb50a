/**
 * A stand-in for Sunshine Conversations: its API, its messenger with the page around it, its agents and its webhook.
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { createAgentRoutes } from "./agent-routes.ts";
import { Api, type ApiOptions } from "./api.ts";
import { type Behaviour, SWITCHES, type Switch } from "./behaviour.ts";
import { Conversations, show } from "./conversations.ts";
import { FRAME, FRAME_STYLE, renderLoader, STYLE } from "./messenger.ts";
import { createMessengerRoutes } from "./messenger-routes.ts";
import { renderAgentPage, renderDoubled, renderShop } from "./pages.ts";
import type { Webhook } from "./webhook.ts";

export interface SuncoOptions {
  readonly webhook: Webhook;
  readonly api: ApiOptions;
  readonly behaviour: Behaviour;
  /** Of the collector, for the shop's page. */
  readonly publishableKey: string;
}

const SCRIPT = { "Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*" };
const CSS = { "Content-Type": "text/css" };

export function createSunco(options: SuncoOptions): Hono {
  const { webhook, behaviour, publishableKey } = options;
  const conversations = new Conversations();
  const api = new Api(conversations, webhook, { ...options.api, behaviour });
  const sdk = readFileSync(fileURLToPath(import.meta.resolve("@stillhere/sdk/sunco")), "utf8");
  const app = new Hono();

  app.get("/", (c) => c.html(renderShop(publishableKey, "/loader.js")));
  app.get("/vendor", (c) => c.html(renderShop(publishableKey, "/loader.js?cdn=vendor")));
  app.get("/doubled", (c) => c.html(renderDoubled(publishableKey)));
  app.get("/loader.js", (c) =>
    c.body(renderLoader(c.req.query("cdn") === "vendor" ? null : "/cdn"), 200, SCRIPT),
  );
  app.get("/stillhere.js", (c) => c.body(sdk, 200, SCRIPT));
  app.get("/cdn/:file{frame.+\\.js}", (c) => c.body(FRAME, 200, SCRIPT));
  app.get("/cdn/:file{frame.+\\.css}", (c) => c.body(FRAME_STYLE, 200, CSS));
  app.get("/cdn/:file{smooch.+\\.css}", (c) => c.body(STYLE, 200, CSS));
  app.route("/messenger", createMessengerRoutes(conversations, webhook));
  app.get("/app", (c) =>
    c.html(renderAgentPage({ conversations: conversations.all, behaviour, webhook, api })),
  );
  app.post("/app/behaviour/:name/:to{on|off}", (c) => {
    const { name, to } = c.req.param();
    if (!(name in SWITCHES)) return c.text(`There is no switch ${name}.`, 404);
    behaviour[name as Switch] = to === "on";
    return c.redirect("/app");
  });
  app.route("/app", createAgentRoutes(conversations, webhook));
  app.route("/sc", api.routes);

  /** For tests. */
  app.get("/state", (c) =>
    c.json({
      conversations: conversations.all.map(show),
      refused: api.refused,
      limited: api.limited,
      updates: api.updates,
      statuses: webhook.statuses,
      events: webhook.events,
    }),
  );
  return app;
}
