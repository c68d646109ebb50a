/**
 * A stand-in for Chatwoot: the part of its API that the collector calls, what its widget and its agents do, its
 * webhook and its rules.
 * @module
 */
import { Hono } from "hono";
import { ChatwootApi } from "./api.ts";
import { type Behaviour, readBehaviour, SWITCHES, type Switch } from "./behaviour.ts";
import {
  agentOf,
  type Conversation,
  Conversations,
  contactOf,
  isAgent,
  type Message,
  PRIORITIES,
  STATUSES,
  showInWebhook,
  touch,
} from "./conversations.ts";
import { renderAgentPage, renderShop, WIDGET } from "./pages.ts";
import { Rules } from "./rules.ts";
import type { Webhook } from "./webhook.ts";

export interface ChatwootOptions {
  readonly webhook: Webhook;
  readonly accessToken: string;
  /** Of the collector, for the shop's page. */
  readonly publishableKey: string;
  readonly prefix: string;
  readonly behaviour?: Behaviour;
}

export function createChatwoot(options: ChatwootOptions) {
  const { webhook, accessToken, behaviour = readBehaviour([]) } = options;
  const conversations = new Conversations();
  const rules = new Rules();
  const show = (conversation: Conversation) => showInWebhook(conversation, behaviour.older);

  /** Each change updates the conversation, which sends webhooks and runs the rules. */
  const report = (conversation: Conversation, field: string) => {
    touch(conversation);
    const shown = show(conversation);
    if (field === "status") webhook.send("conversation_status_changed", shown);
    webhook.send("conversation_updated", { ...shown, changed_attributes: [{ [field]: {} }] });
  };
  const changed = (conversation: Conversation, field: string) => {
    report(conversation, field);
    rules.run(conversation, () => report(conversation, "label_list"));
  };

  const addMessage = (conversation: Conversation, message: Omit<Message, "id">, sender: object) => {
    const id = conversation.id * 1_000 + conversation.messages.length;
    conversation.messages.push({ ...message, id });
    conversation.activeAtMs = Date.now();
    touch(conversation);
    webhook.send("message_created", {
      id,
      content: message.content,
      content_type: "text",
      message_type: message.type,
      private: message.isPrivate,
      created_at: new Date(conversation.activeAtMs).toISOString(),
      sender,
      conversation: show(conversation),
    });
  };

  const app = new Hono();
  app.get("/", (c) => c.html(renderShop(options)));
  app.get("/widget.js", (c) => c.body(WIDGET, 200, { "Content-Type": "text/javascript" }));

  // What the widget does.
  app.post("/widget/messages", async (c) => {
    const { id, content } = await c.req.json<{ id: number | null; content: string }>();
    const known = id === null ? undefined : conversations.get(id);
    const conversation = known ?? conversations.create();
    if (!known) webhook.send("conversation_created", show(conversation));
    const message = { content, type: "incoming", isPrivate: false } as const;
    addMessage(conversation, message, contactOf(conversation));
    if (conversation.status !== "open" && conversation.status !== "pending") {
      conversation.status = "open";
      changed(conversation, "status");
    }
    return c.json({ conversation_id: conversation.id });
  });
  app.post("/widget/conversations/:id/typing", (c) => {
    const conversation = conversations.get(Number(c.req.param("id")));
    if (!conversation) return c.json({}, 404);
    webhook.send("conversation_typing_on", {
      conversation: show(conversation),
      user: contactOf(conversation),
      is_private: false,
    });
    return c.json({});
  });
  app.post("/widget/conversations/:id/custom_attributes", async (c) => {
    const conversation = conversations.get(Number(c.req.param("id")));
    if (!conversation) return c.json({}, 404);
    const added = await c.req.json<Record<string, unknown>>();
    const merged = { ...conversation.customAttributes, ...added };
    // What is saved without a change is no update.
    if (JSON.stringify(merged) === JSON.stringify(conversation.customAttributes)) return c.json({});
    conversation.customAttributes = merged;
    changed(conversation, "custom_attributes");
    return c.json({});
  });

  // What agents do.
  app.get("/app", (c) =>
    c.html(
      renderAgentPage({
        conversations: conversations.all,
        rules: rules.all,
        behaviour,
        webhook,
        refused: api.refused,
      }),
    ),
  );
  // Where Chatwoot shows one conversation.
  app.get("/app/accounts/1/conversations/:id", (c) => c.redirect("/app"));
  app.post("/app/conversations/:id", async (c) => {
    const conversation = conversations.get(Number(c.req.param("id")));
    if (!conversation) return c.text("There is no such conversation.", 404);
    const form = Object.fromEntries(new URLSearchParams(await c.req.text()));
    const { status, priority, assignee, team, label, reply, note } = form;
    if (status !== undefined) {
      if (!STATUSES.includes(status)) return c.text(`${status} is no status.`, 422);
      conversation.status = status;
      changed(conversation, "status");
    }
    if (priority !== undefined) {
      if (!["", ...PRIORITIES].includes(priority))
        return c.text(`${priority} is no priority.`, 422);
      conversation.priority = priority || null;
      changed(conversation, "priority");
    }
    if (assignee !== undefined) {
      if (assignee !== "" && !isAgent(assignee)) return c.text(`${assignee} is no agent.`, 422);
      conversation.assignee = assignee || null;
      changed(conversation, "assignee_id");
    }
    if (team !== undefined) {
      conversation.team = team || null;
      changed(conversation, "team_id");
    }
    if (label) {
      conversation.labels = [...new Set([...conversation.labels, label])];
      changed(conversation, "label_list");
    }
    const content = reply || note;
    if (content) {
      const message = { content, type: "outgoing", isPrivate: !reply } as const;
      addMessage(conversation, message, agentOf(conversation.assignee ?? "Ann"));
    }
    return c.redirect("/app");
  });
  app.post("/app/behaviour/:name/:to{on|off}", (c) => {
    const { name, to } = c.req.param();
    if (!(name in SWITCHES)) return c.text(`There is no switch ${name}.`, 404);
    behaviour[name as Switch] = to === "on";
    return c.redirect("/app");
  });

  const api = new ChatwootApi({ conversations, behaviour, accessToken, changed });
  app.route("/api/v1/accounts", api.app);

  /** For tests. */
  app.get("/state", (c) =>
    c.json({
      conversations: conversations.all.map(show),
      rules: rules.all,
      refused: api.refused,
      told: api.told,
      throttled: api.throttled,
      sent: webhook.sent,
      answers: webhook.answers,
      lost: webhook.lost,
    }),
  );
  return app;
}
