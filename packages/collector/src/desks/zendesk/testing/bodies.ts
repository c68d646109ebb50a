/**
 * Bodies of Zendesk's webhooks, with the fields that its documentation names:
 * https://developer.zendesk.com/api-reference/webhooks/event-types/webhook-event-types/. No machine-readable
 * description of them is published.
 * @module
 */

export type Fields = Readonly<Record<string, unknown>>;

export const TIME = "2026-11-20T11:59:59.254571515Z";

function event(type: string, subject: string, detail: unknown, inner: unknown): Fields {
  return {
    account_id: 21825834,
    id: "01JQMQH83YNAKWSWJ8B1QH2NSC",
    type: `zen:event-type:${type}`,
    subject,
    time: TIME,
    zendesk_event_version: "2022-11-06",
    detail,
    event: inner,
  };
}

export function messageBody(actor: Fields = {}): Fields {
  const inner = {
    actor: { id: "388", name: "Vera", type: "end_user", ...actor },
    conversation_id: "67ab5f53a96f98663935c3f2",
    message: { id: "67ab5f55155becd183e284cb", body: "Hello" },
  };
  return event("messaging_ticket.message_added", "zen:ticket:141", { id: "141" }, inner);
}

export function ticketBody(name: string, fields: Fields = {}): Fields {
  const detail = {
    id: "141",
    status: "OPEN",
    priority: "NORMAL",
    group_id: "8447320466430",
    assignee_id: "8447388090494",
    requester_id: "388",
    custom_status: "8447320465790",
    tags: ["vip"],
    via: { channel: "native_messaging" },
    created_at: "2026-11-20T11:00:00Z",
    updated_at: "2026-11-20T11:59:59Z",
    ...fields,
  };
  return event(`ticket.${name}`, "zen:ticket:141", detail, { current: "OPEN", previous: "NEW" });
}

export function capacityBody(fields: Fields = {}): Fields {
  const detail = { account_id: "2", agent_id: "10011", version: "3" };
  const inner = { channel: "messaging", previous_max_capacity: 3, new_max_capacity: 5, ...fields };
  return event("agent.max_capacity_changed", "zen:agent:10011", detail, inner);
}

/** What a customer's own trigger sends, by the template in docs/desks.md. */
export function triggerBody(fields: Fields = {}): Fields {
  const stillhere = { ticket: "141", status: "Solved", updatedAt: TIME, session: "ended" };
  return { stillhere: { ...stillhere, ...fields } };
}

export const BODIES: readonly Fields[] = [
  messageBody(),
  messageBody({ type: "agent" }),
  ticketBody("status_changed"),
  ticketBody("tags_changed", { assignee_id: null, group_id: null, priority: null }),
  ticketBody("soft_deleted"),
  ticketBody("permanently_deleted"),
  capacityBody(),
  triggerBody(),
];
