/**
 * What the stand-in's webhooks say, as it was seen of Zendesk's: status and priority in upper case, ids as texts,
 * times with nine decimals.
 * https://developer.zendesk.com/api-reference/webhooks/event-types/webhook-event-types/
 * @module
 */
import { randomUUID } from "node:crypto";
import { channelOf, type Ticket } from "./tickets.ts";

export interface ZendeskEvent {
  readonly account_id: number;
  readonly zendesk_event_version: string;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly event: Readonly<Record<string, unknown>>;
}

/** The last time that was given: no two events have the same. */
let lastAt = 0;

function event(
  type: string,
  subject: string,
  detail: ZendeskEvent["detail"],
  inner: ZendeskEvent["event"],
): ZendeskEvent {
  lastAt = Math.max(Date.now(), lastAt + 1);
  const time = new Date(lastAt).toISOString().replace("Z", "571515Z");
  const head = { account_id: 21_825_834, id: randomUUID(), type: `zen:event-type:${type}` };
  return { ...head, subject, time, zendesk_event_version: "2022-11-06", detail, event: inner };
}

export interface Message {
  readonly actor: { readonly id: string; readonly name: string; readonly type: string };
  readonly body: string;
}

/** The only event that has the conversation and its ticket. */
export function messageAdded({ id, conversation }: Ticket, { actor, body }: Message): ZendeskEvent {
  return event(
    "messaging_ticket.message_added",
    `zen:ticket:${id}`,
    { id: String(id) },
    {
      actor,
      conversation_id: conversation,
      message: { id: randomUUID().replaceAll("-", "").slice(0, 24), body },
    },
  );
}

/** An event of a messaging ticket that says nothing but which. */
export function conversationRead({ id }: Ticket): ZendeskEvent {
  return event("messaging_ticket.conversation_read", `zen:ticket:${id}`, { id: String(id) }, {});
}

/** @param name as `status_changed` */
export function ticketEvent(
  ticket: Ticket,
  name: string,
  inner: ZendeskEvent["event"] = {},
): ZendeskEvent {
  const detail = {
    id: String(ticket.id),
    status: ticket.status.toUpperCase(),
    priority: ticket.priority?.toUpperCase() ?? null,
    group_id: textOf(ticket.group),
    assignee_id: textOf(ticket.assignee),
    requester_id: ticket.requester,
    tags: ticket.tags,
    via: { channel: channelOf(ticket) },
    created_at: new Date(ticket.createdAtMs).toISOString(),
    updated_at: new Date(ticket.updatedAtMs).toISOString(),
  };
  return event(`ticket.${name}`, `zen:ticket:${ticket.id}`, detail, inner);
}

export function capacityChanged(agent: number, capacity: number): ZendeskEvent {
  const changed = { channel: "messaging", new_max_capacity: capacity };
  const detail = { agent_id: String(agent) };
  return event("agent.max_capacity_changed", `zen:agent:${agent}`, detail, changed);
}

/** What Zendesk makes of the template in docs/desks.md. */
export function triggered(ticket: Ticket, session: string) {
  return {
    stillhere: {
      ticket: String(ticket.id),
      status: ticket.status.charAt(0).toUpperCase() + ticket.status.slice(1),
      updatedAt: new Date().toISOString(),
      session,
    },
  };
}

function textOf(id: number | null): string | null {
  return id === null ? null : String(id);
}
