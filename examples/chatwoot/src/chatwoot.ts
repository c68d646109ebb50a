/**
 * A stand-in for Chatwoot: the part of its API that the collector calls, which checks what it is sent, and what
 * its widget and its agents do.
 * @module
 */
import { Hono } from "hono";
import { type Conversation, Conversations, show } from "./conversations.ts";
import { renderAgentPage, renderShop, WIDGET } from "./pages.ts";
import type { Webhook } from "./webhook.ts";

export interface ChatwootOptions {
  readonly webhook: Webhook;
  readonly accessToken: string;
  /** Of the collector, for the shop's page. */
  readonly publishableKey: string;
  readonly prefix: string;
}

const STATUSES = ["open", "resolved", "pending", "snoozed"];
const PRIORITIES = ["low", "medium", "high", "urgent", null];

export function createChatwoot(options: ChatwootOptions) {
  const { webhook, accessToken } = options;
  const conversations = new Conversations();
  const app = new Hono();
  /** Requests that Chatwoot would refuse. */
  const refused: string[] = [];

  /** Each change updates the conversation, which runs the desk's rules and sends a webhook. */
  const changed = (conversation: Conversation, event = "conversation_updated") => {
    conversation.updatedAtMs = Date.now();
    webhook.send(event, show(conversation));
  };

  app.get("/", (c) => c.html(renderShop(options)));
  app.get("/widget.js", (c) => c.body(WIDGET, 200, { "Content-Type": "text/javascript" }));
  app.get("/app", (c) => c.html(renderAgentPage(conversations.all)));

  // What the widget and the agents do.
  app.post("/widget/messages", async (c) => {
    const { id, content } = await c.req.json<{ id: number | null; content: string }>();
    const known = id === null ? undefined : conversations.get(id);
    const conversation = known ?? conversations.create();
    if (!known) webhook.send("conversation_created", show(conversation));
    conversation.messages.push(content);
    conversation.updatedAtMs = Date.now();
    webhook.send("message_created", {
      id: conversation.id * 1_000 + conversation.messages.length,
      content,
      content_type: "text",
      message_type: "incoming",
      private: false,
      created_at: new Date().toISOString(),
      sender: { id: 1000 + conversation.id, type: "contact" },
      conversation: show(conversation),
    });
    return c.json({ conversation_id: conversation.id });
  });
  app.post("/widget/conversations/:id/custom_attributes", async (c) => {
    const conversation = conversations.get(Number(c.req.param("id")));
    if (!conversation) return c.json({}, 404);
    const added = await c.req.json<Record<string, unknown>>();
    conversation.customAttributes = { ...conversation.customAttributes, ...added };
    changed(conversation);
    return c.json({});
  });
  app.post("/app/conversations/:id/resolve", (c) => {
    const conversation = conversations.get(Number(c.req.param("id")));
    if (!conversation) return c.json({}, 404);
    conversation.status = "resolved";
    changed(conversation, "conversation_status_changed");
    return c.redirect("/app");
  });

  // The API, as the collector calls it.
  const api = new Hono<{ Variables: { conversation: Conversation } }>();
  api.use("/:id{[0-9]+}/*", async (c, next) => {
    const conversation = conversations.get(Number(c.req.param("id")));
    if (c.req.header("api_access_token") !== accessToken) return c.json({ error: "Invalid" }, 401);
    if (!conversation) return c.json({ error: "Resource could not be found" }, 404);
    c.set("conversation", conversation);
    await next();
    if (c.res.status >= 400) refused.push(`${c.req.method} ${c.req.path}`);
  });
  api.get("/:id{[0-9]+}", (c) => c.json(show(c.var.conversation)));
  api.post("/:id{[0-9]+}/custom_attributes", async (c) => {
    const { custom_attributes } = await c.req.json<{ custom_attributes?: object }>();
    if (typeof custom_attributes !== "object") return c.json({}, 422);
    // All of them: what is not sent is gone.
    c.var.conversation.customAttributes = { ...custom_attributes };
    changed(c.var.conversation);
    return c.json({ custom_attributes });
  });
  api.post("/:id{[0-9]+}/labels", async (c) => {
    const { labels } = await c.req.json<{ labels?: unknown }>();
    if (!Array.isArray(labels)) return c.json({}, 422);
    c.var.conversation.labels = labels.map(String);
    changed(c.var.conversation);
    return c.json({ payload: labels });
  });
  api.post("/:id{[0-9]+}/toggle_status", async (c) => {
    const { status } = await c.req.json<{ status?: string }>();
    if (!STATUSES.includes(status ?? "")) return c.json({}, 422);
    c.var.conversation.status = status ?? "open";
    changed(c.var.conversation, "conversation_status_changed");
    return c.json({ payload: { success: true } });
  });
  api.post("/:id{[0-9]+}/toggle_priority", async (c) => {
    const { priority = null } = await c.req.json<{ priority?: string | null }>();
    if (!PRIORITIES.includes(priority)) return c.json({}, 422);
    c.var.conversation.priority = priority;
    changed(c.var.conversation);
    return c.body(null, 200);
  });
  app.route("/api/v1/accounts/1/conversations", api);
  app.get("/api/v1/accounts/1/custom_attribute_definitions", (c) => {
    if (c.req.header("api_access_token") !== accessToken) return c.json({ error: "Invalid" }, 401);
    const keys = ["presence", "presence_reason"];
    return c.json(keys.map((attribute_key) => ({ attribute_key, attribute_model: 0 })));
  });

  /** For tests. */
  app.get("/state", (c) =>
    c.json({ conversations: conversations.all.map(show), refused, statuses: webhook.statuses }),
  );
  return app;
}
