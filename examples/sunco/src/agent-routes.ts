/**
 * What agents do in the stand-in, and what comes by another channel.
 * @module
 */
import { Hono } from "hono";
import type { Conversation, Conversations } from "./conversations.ts";
import {
  agentMessage,
  type ControlReason,
  control,
  conversationCreated,
  conversationRemoved,
  userMessage,
} from "./events.ts";
import type { Webhook } from "./webhook.ts";

export function createAgentRoutes(conversations: Conversations, webhook: Webhook): Hono {
  const routes = new Hono();
  const actions: Readonly<Record<string, (conversation: Conversation) => void>> = {
    answer(conversation) {
      conversation.messages.push({ from: "business", text: "How can I help?" });
      webhook.send(agentMessage(conversation, "How can I help?"));
    },
    close: (conversation) => release(conversation, "ticketClosed"),
    email: (conversation) => release(conversation, "transferToEmail"),
    pass(conversation) {
      webhook.send(control(conversation, "switchboard:passControl", null));
    },
    remove(conversation) {
      conversations.remove(conversation);
      webhook.send(conversationRemoved(conversation));
    },
  };
  const release = (conversation: Conversation, reason: ControlReason) => {
    conversation.controlledBy = null;
    webhook.send(control(conversation, "switchboard:releaseControl", reason));
  };

  routes.post("/conversations/:id/:action", (c) => {
    const conversation = conversations.get(c.req.param("id"));
    const act = actions[c.req.param("action")];
    if (!conversation || !act) return c.json({}, 404);
    act(conversation);
    return c.redirect("/app");
  });
  routes.post("/whatsapp", (c) => {
    const conversation = conversations.add(conversations.addUser(null), "whatsapp", null);
    conversation.messages.push({ from: "user", text: "Hello by phone" });
    webhook.send(
      conversationCreated(conversation),
      userMessage(conversation, "Hello by phone", null),
    );
    return c.redirect(`/app#${conversation.id}`);
  });
  return routes;
}
