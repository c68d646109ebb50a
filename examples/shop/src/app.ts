import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { createAssets } from "./assets.ts";
import { createChat } from "./chat.ts";
import { createCollectorClient } from "./collector-client.ts";
import { createConversations } from "./conversations.ts";
import type { Collector } from "./environment.ts";
import { createReports } from "./reports.ts";
import { createPages } from "./routes.ts";

/** Creates the shop's routes: pages, assets and chat. */
export function createShop(collector: Collector): Hono {
  const client = createCollectorClient(collector);
  const conversations = createConversations();
  const reports = createReports(client);

  const collectorOrigin = new URL(collector.url).origin;
  const shop = new Hono();
  shop.use(csrf());
  shop.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        // Presence requires that the page can load its script from the collector, and report to it.
        scriptSrc: ["'self'", collectorOrigin],
        connectSrc: ["'self'", collectorOrigin],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      // The script's origin does not have to send Cross-Origin-Resource-Policy.
      crossOriginEmbedderPolicy: false,
      strictTransportSecurity: false,
    }),
  );
  shop.get("/healthz", (c) => c.text("ok"));
  shop.route("/assets", createAssets());
  shop.route("/chat", createChat(conversations, client, reports));
  shop.route("/", createPages(collector, conversations, client));
  return shop;
}
