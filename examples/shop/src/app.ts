import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { createAssets } from "./assets.ts";
import { createChat } from "./chat.ts";
import { createConversations } from "./conversations.ts";
import { connectDesk } from "./desk.ts";
import type { Collector } from "./environment.ts";
import { createReports } from "./reports.ts";
import { createPages } from "./routes.ts";

/** The whole shop: pages, chat, and the line from the chat to the collector. */
export function createShop(collector: Collector): Hono {
  const desk = connectDesk(collector);
  const conversations = createConversations();
  const reports = createReports(desk);

  const collectorOrigin = new URL(collector.url).origin;
  const shop = new Hono();
  shop.use(csrf());
  shop.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        // All that presence asks of a site's policy: load the script, and let it report.
        scriptSrc: ["'self'", collectorOrigin],
        connectSrc: ["'self'", collectorOrigin],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      // The script comes from another origin that need not send Cross-Origin-Resource-Policy.
      crossOriginEmbedderPolicy: false,
      strictTransportSecurity: false,
    }),
  );
  shop.get("/healthz", (c) => c.text("ok"));
  shop.route("/assets", createAssets());
  shop.route("/chat", createChat(conversations, desk, reports));
  shop.route("/", createPages(collector, conversations, desk));
  return shop;
}
