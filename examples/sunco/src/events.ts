/**
 * The events of the stand-in's webhook, as the vendor describes their payloads.
 * https://developer.zendesk.com/api-reference/conversations/#tag/Webhooks
 * @module
 */
import { type Conversation, type Metadata, newId, type User } from "./conversations.ts";

export interface WebhookEvent {
  /** The same for each delivery. */
  readonly id: string;
  readonly type: string;
  readonly createdAt: string;
  readonly payload: object;
}

const INTEGRATION = "5f0cb8226a5b27e41834f8f8";

export function conversationCreated(conversation: Conversation): WebhookEvent {
  return event("conversation:create", {
    conversation: truncated(conversation),
    creationReason: "message",
    source: sourceOf(conversation),
    user: shown(conversation.user),
  });
}

export function userMessage(
  conversation: Conversation,
  text: string,
  metadata: Metadata | null,
): WebhookEvent {
  const author = { type: "user", userId: conversation.user.id, user: shown(conversation.user) };
  const source = sourceOf(conversation);
  return messageEvent(conversation, { author, source, text, ...(metadata && { metadata }) });
}

export function agentMessage(conversation: Conversation, text: string): WebhookEvent {
  const source = { type: "zd:agentWorkspace" };
  return messageEvent(conversation, { author: { type: "business" }, source, text });
}

export function postback(
  conversation: Conversation,
  payload: string,
  metadata: Metadata | null,
): WebhookEvent {
  return event("conversation:postback", {
    postback: { payload, ...(metadata && { metadata }) },
    conversation: truncated(conversation),
    user: shown(conversation.user),
    source: sourceOf(conversation),
  });
}

export type Activity = "typing:start" | "typing:stop" | "conversation:read";

export function activity(conversation: Conversation, type: Activity): WebhookEvent {
  const author = { type: "user", userId: conversation.user.id };
  return event(type === "conversation:read" ? type : "conversation:typing", {
    conversation: truncated(conversation),
    activity: { type, source: sourceOf(conversation), author },
  });
}

export type ControlReason = "ticketClosed" | "transferToEmail";

export function control(
  conversation: Conversation,
  type: "switchboard:passControl" | "switchboard:releaseControl",
  reason: ControlReason | null,
): WebhookEvent {
  return event(type, { conversation: truncated(conversation), ...(reason && { reason }) });
}

/** Both users are one; their conversations too, where both had one. */
export function merged(users: Pair<User>, conversations: Pair<Conversation> | null): WebhookEvent {
  return event("user:merge", {
    mergedUsers: { surviving: shown(users.surviving), discarded: shown(users.discarded) },
    mergedConversations: conversations && {
      surviving: truncated(conversations.surviving),
      discarded: truncated(conversations.discarded),
    },
    reason: "sdkLogin",
  });
}

export interface Pair<T> {
  readonly surviving: T;
  readonly discarded: T;
}

export function conversationRemoved(conversation: Conversation): WebhookEvent {
  return event("conversation:remove", { conversation: truncated(conversation) });
}

function event(type: string, payload: object): WebhookEvent {
  return { id: newId(), type, createdAt: new Date().toISOString(), payload };
}

function messageEvent(
  conversation: Conversation,
  { text, ...message }: { readonly text: string; readonly [field: string]: unknown },
): WebhookEvent {
  return event("conversation:message", {
    conversation: truncated(conversation),
    message: {
      id: newId(),
      received: new Date().toISOString(),
      content: { type: "text", text },
      ...message,
    },
  });
}

function truncated({ id, metadata, controlledBy }: Conversation) {
  const active = controlledBy && { id: INTEGRATION, name: "agents", integrationType: controlledBy };
  return { id, type: "personal", metadata, activeSwitchboardIntegration: active };
}

function shown({ id, externalId }: User) {
  return { id, externalId, authenticated: externalId !== null };
}

function sourceOf({ channel }: Conversation) {
  return { type: channel, integrationId: INTEGRATION };
}
