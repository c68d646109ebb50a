/**
 * What Zendesk reports: the events of a webhook, and the body that a customer's own trigger sends. Only a message
 * names its conversation and its ticket together; events of a ticket name the ticket alone, and come in no order.
 * https://developer.zendesk.com/api-reference/webhooks/event-types/webhook-event-types/
 * @module
 */
import type { TicketPatch } from "../../core/session.ts";
import { isSameHash } from "../../engine/keys.ts";
import type { InboundRequest, Source, Verdict } from "../desk.ts";
import type { Fact } from "../fact.ts";
import { agentOf, groupOf, type Mapping, priorityOf, statusOf } from "../mapping.ts";
import { at, idAt, namesAt, numberAt, textAt, timeAt } from "../read.ts";
import { base64Of, hmacOf, MAX_AGE_MS } from "../signature.ts";
import { channelFactsOf, channelOf } from "./channel.ts";

const EVENT = "zen:event-type:";
/** The tag by which a page binds itself: the SHA-256 of its secret, in hex. Zendesk writes tags in lower case. */
const BINDING = /^stillhere_([0-9a-f]{64})$/;
/** A session keeps as many of them. */
const MAX_BINDINGS = 8;
/** Bots write messages under ids of this form. */
const BOT = /^zd:/;

export const zendeskSource: Source = { verify, decode };

/** base64(HMAC-SHA-256(secret, timestamp and raw body)). */
async function verify(
  { headers, raw }: InboundRequest,
  secrets: readonly string[],
  nowMs: number,
): Promise<Verdict> {
  const signature = headers.get("x-zendesk-webhook-signature") ?? "";
  const timestamp = headers.get("x-zendesk-webhook-signature-timestamp") ?? "";
  let isSigned = false;
  for (const secret of secrets) {
    const expected = base64Of(await hmacOf(secret, timestamp, raw));
    isSigned = isSameHash(expected, signature) || isSigned;
  }
  const signedAt = timeAt({ timestamp }, "timestamp");
  if (!isSigned || signedAt === undefined) return "forged";
  return Math.abs(nowMs - signedAt) > MAX_AGE_MS ? "stale" : "ok";
}

function decode(body: unknown, mapping: Mapping, receivedAt: number): readonly Fact[] {
  const type = textAt(body, "type") ?? "";
  if (!type.startsWith(EVENT)) return decodeTriggered(body, mapping, receivedAt);
  const [subject = "", event = ""] = type.slice(EVENT.length).split(".");
  const happenedAt = timeAt(body, "time") ?? receivedAt;
  switch (subject) {
    case "messaging_ticket":
      return event === "message_added" ? decodeMessage(body, happenedAt) : [];
    case "ticket":
      return decodeTicketEvent(body, event, mapping, happenedAt);
    case "agent":
      return event === "max_capacity_changed" ? decodeCapacity(body, mapping, happenedAt) : [];
    default:
      return [];
  }
}

function decodeMessage(body: unknown, sentAt: number): readonly Fact[] {
  const ticket = idAt(body, "detail", "id");
  const conversation = idAt(body, "event", "conversation_id");
  if (ticket === undefined || conversation === undefined) return [];
  const actor = at(body, "event", "actor");
  const actorId = idAt(actor, "id");
  const type = messageType(textAt(actor, "type"), actorId);
  const user = type === "end_user_message" ? actorId : undefined;
  const channel = channelOf(at(body, "detail"));
  const link: Fact = {
    id: null,
    at: sentAt,
    kind: "link",
    conversation,
    ticket,
    ...(user !== undefined && { user }),
    ...(channel !== undefined && { channel }),
  };
  if (type === null) return [link];
  const id = idAt(body, "event", "message", "id") ?? idAt(body, "id");
  const about = { id: id === undefined ? null : `message/${id}`.slice(0, 100), at: sentAt };
  return [link, { ...about, kind: "event", ref: { conversation }, event: { type } }];
}

/** `null`: a bot, a trigger, or what Zendesk itself reports. */
function messageType(
  actor: string | undefined,
  id: string | undefined,
): "end_user_message" | "agent_message" | null {
  if (actor === "end_user") return "end_user_message";
  return actor === "agent" && !BOT.test(id ?? "") ? "agent_message" : null;
}

/** Each event of a ticket carries the ticket as it is then. */
function decodeTicketEvent(
  body: unknown,
  event: string,
  mapping: Mapping,
  changedAt: number,
): readonly Fact[] {
  const detail = at(body, "detail");
  const ticket = idAt(detail, "id");
  if (ticket === undefined) return [];
  const about = { id: null, at: changedAt } as const;
  const ref = { ticket };
  if (event === "permanently_deleted") return [{ ...about, kind: "erase", ref }];
  if (event === "soft_deleted") {
    const ended = { type: "session_ended", by: "closed" } as const;
    return [{ ...about, kind: "event", ref, event: ended }];
  }
  return [
    ...channelFactsOf(detail, ticket, changedAt),
    ...bindingsOf(body, ticket, changedAt),
    ...stateOf(detail, ticket, mapping, changedAt),
  ];
}

/**
 * A ticket as the API shows it. Its time has no fractions, so that it is never later than an event of the same change.
 */
export function decodeRead(body: unknown, mapping: Mapping, readAt: number): readonly Fact[] {
  const shown = at(body, "ticket");
  const ticket = idAt(shown, "id");
  if (ticket === undefined) return [];
  return stateOf(shown, ticket, mapping, timeAt(shown, "updated_at") ?? readAt);
}

/** The ticket's fields and its assignee, which events and the API name alike. */
function stateOf(
  shown: unknown,
  ticket: string,
  mapping: Mapping,
  changedAt: number,
): readonly Fact[] {
  const about = { id: null, at: changedAt, kind: "event", ref: { ticket } } as const;
  const facts: Fact[] = [];
  const patch = ticketOf(shown, mapping);
  if (Object.keys(patch).length > 0) {
    facts.push({ ...about, event: { type: "ticket_updated", ticket: patch } });
  }
  const assignee = idAt(shown, "assignee_id");
  if (assignee !== undefined) {
    facts.push({ ...about, event: { type: "assigned", agent: agentOf(mapping, assignee) } });
  } else if (at(shown, "assignee_id") === null) {
    facts.push({ ...about, event: { type: "unassigned" } });
  }
  return facts;
}

/**
 * Each page that the visitor has written from left a tag. The list does not say which is the latest: of as many as
 * a session keeps, or more, only those count that were added now.
 */
function bindingsOf(body: unknown, ticket: string, at: number): readonly Fact[] {
  const all = hashesIn(namesAt(body, "detail", "tags"));
  const added = hashesIn(namesAt(body, "event", "tags_added")).slice(-MAX_BINDINGS);
  const earlier = all.filter((hash) => !added.includes(hash));
  const hashes = all.length >= MAX_BINDINGS ? added : [...earlier, ...added];
  return hashes.map((hash) => ({ id: null, at, kind: "bind", ticket, hash }));
}

function hashesIn(tags: readonly string[] = []): readonly string[] {
  return tags.flatMap((tag) => BINDING.exec(tag)?.[1] ?? []);
}

function ticketOf(detail: unknown, mapping: Mapping): TicketPatch {
  const status = textAt(detail, "status");
  const ours = status === undefined ? null : statusOf(mapping, status);
  const named = textAt(detail, "priority");
  const priority = named === undefined ? null : priorityOf(mapping, named);
  const group = idAt(detail, "group_id");
  const tags = namesAt(detail, "tags")?.filter((tag) => !BINDING.test(tag));
  return {
    ...(ours !== null && { status: ours }),
    ...((priority !== null || at(detail, "priority") === null) && { priority }),
    ...((group !== undefined || at(detail, "group_id") === null) && {
      group: group === undefined ? null : groupOf(mapping, group),
    }),
    ...(tags !== undefined && { tags }),
  };
}

function decodeCapacity(body: unknown, mapping: Mapping, changedAt: number): readonly Fact[] {
  const agent = idAt(body, "detail", "agent_id");
  const capacity = numberAt(body, "event", "new_max_capacity");
  if (agent === undefined || capacity === undefined) return [];
  if (textAt(body, "event", "channel") !== "messaging") return [];
  return [{ id: null, at: changedAt, kind: "agent", agent: agentOf(mapping, agent), capacity }];
}

/**
 * The body that docs/desks.md has customers paste into a trigger's webhook: `{"stillhere": {"ticket", "status",
 * "updatedAt", "session"}}`, where `session` is the desk's own state of the messaging session.
 */
function decodeTriggered(body: unknown, mapping: Mapping, receivedAt: number): readonly Fact[] {
  const told = at(body, "stillhere");
  const ticket = idAt(told, "ticket");
  if (ticket === undefined) return [];
  const about = { id: null, at: timeAt(told, "updatedAt") ?? receivedAt } as const;
  const ref = { ticket };
  const facts: Fact[] = [];
  const status = textAt(told, "status");
  const ours = status === undefined ? null : statusOf(mapping, status);
  if (ours !== null) {
    const updated = { type: "ticket_updated", ticket: { status: ours } } as const;
    facts.push({ ...about, kind: "event", ref, event: updated });
  }
  const session = textAt(told, "session")?.toLowerCase();
  if (session === "inactive") facts.push({ ...about, kind: "inactive", ref });
  if (session === "ended") {
    const ended = { type: "session_ended", by: "agent" } as const;
    facts.push({ ...about, kind: "event", ref, event: ended });
  }
  return facts;
}
