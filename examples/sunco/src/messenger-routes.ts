/**
 * What the messenger in the page asks of the stand-in: how it does so is not documented, and not copied.
 * @module
 */
import { type Context, Hono } from "hono";
import { update } from "./api.ts";
import {
  type Conversation,
  type Conversations,
  type Metadata,
  show,
  type User,
} from "./conversations.ts";
import {
  type Activity,
  activity,
  conversationCreated,
  merged,
  postback,
  userMessage,
} from "./events.ts";
import type { Webhook } from "./webhook.ts";

interface Sent {
  readonly userId?: string | null;
  readonly externalId?: string;
  readonly text?: string;
  readonly payload?: string;
  readonly type?: Activity;
  readonly metadata?: Metadata | null;
}

export function createMessengerRoutes(conversations: Conversations, webhook: Webhook): Hono {
  const routes = new Hono();
  const userOf = ({ userId }: Sent) => (userId ? conversations.user(userId) : undefined);
  const showUser = (user: User | undefined) => ({
    user: user ?? null,
    conversations: user ? conversations.of(user).map(show) : [],
  });

  routes.post("/init", async (c) => c.json(showUser(userOf(await c.req.json<Sent>()))));

  routes.post("/login", async (c) => {
    const sent = await c.req.json<Sent>();
    const anonymous = userOf(sent);
    const { externalId = "" } = sent;
    const known = conversations.userOf(externalId);
    if (!known && anonymous) anonymous.externalId = externalId;
    const user = known ?? anonymous ?? conversations.addUser(externalId);
    if (anonymous && anonymous !== user) {
      webhook.send(merge(conversations, { surviving: user, discarded: anonymous }));
    }
    return c.json(showUser(user));
  });

  routes.post("/conversations", async (c) => {
    const { metadata = null, ...sent } = await c.req.json<Sent>();
    const user = userOf(sent) ?? conversations.addUser(null);
    const conversation = conversations.add(user, "web", metadata);
    webhook.send(conversationCreated(conversation));
    return c.json({ user, conversation: show(conversation) });
  });

  /** What a user does in a conversation. */
  const inConversation =
    (act: (conversation: Conversation, sent: Sent) => void) => async (c: Context) => {
      const conversation = conversations.get(c.req.param("id") ?? "");
      if (!conversation) return c.json({}, 404);
      act(conversation, await c.req.json<Sent>());
      return c.json({ conversation: show(conversation) });
    };

  routes.post(
    "/conversations/:id/messages",
    inConversation((conversation, { text = "", metadata = null }) => {
      conversation.messages.push({ from: "user", text });
      webhook.send(userMessage(conversation, text, metadata));
    }),
  );
  routes.post(
    "/conversations/:id/postbacks",
    inConversation((conversation, { payload = "", metadata = null }) => {
      webhook.send(postback(conversation, payload, metadata));
    }),
  );
  routes.post(
    "/conversations/:id/activity",
    inConversation((conversation, { type = "typing:start" }) => {
      webhook.send(activity(conversation, type));
    }),
  );
  // No webhook tells of it.
  routes.post(
    "/conversations/:id/update",
    inConversation((conversation, { metadata = null }) => {
      update(conversation, { metadata });
    }),
  );
  return routes;
}

/** The conversation of the one who signs in goes on as the one that this user has already. */
function merge(
  conversations: Conversations,
  users: { readonly surviving: User; readonly discarded: User },
) {
  const { surviving, discarded } = users;
  const [into] = conversations.of(surviving);
  const from = conversations.of(discarded).at(-1);
  const event = merged(users, into && from ? { surviving: into, discarded: from } : null);
  if (into && from) {
    into.messages.push(...from.messages);
    conversations.remove(from);
  }
  for (const conversation of conversations.of(discarded)) conversation.user = surviving;
  conversations.removeUser(discarded);
  return event;
}
