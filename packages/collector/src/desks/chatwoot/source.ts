/**
 * Messages of Chatwoot's webhooks. Each carries the conversation as it is then, so every one of them is read
 * for that, besides for what it is about.
 * https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks
 * @module
 */
import type { TicketPatch } from "../../core/session.ts";
import { isSameHash } from "../../engine/keys.ts";
import type { InboundRequest, Source, Verdict } from "../desk.ts";
import type { Fact } from "../fact.ts";
import { agentOf, groupOf, type Mapping, priorityOf, statusOf } from "../mapping.ts";
import { at, idAt, namesAt, textAt, timeAt } from "../read.ts";
import { hexOf, hmacOf, isOneOf, MAX_AGE_MS, stampedHash } from "../signature.ts";

/** The name of the custom attribute in which the page stamps the hash of its secret. */
const STAMP = "stillhere";

export const chatwootSource: Source = { verify, decode };

async function verify(
  { headers, raw, pathSecret }: InboundRequest,
  secrets: readonly string[],
  nowMs: number,
): Promise<Verdict> {
  if (pathSecret !== null) return (await isOneOf(secrets, pathSecret)) ? "ok" : "forged";
  const signature = headers.get("x-chatwoot-signature") ?? "";
  const timestamp = headers.get("x-chatwoot-timestamp") ?? "";
  if (!/^\d{1,12}$/.test(timestamp)) return "forged";
  let isSigned = false;
  for (const secret of secrets) {
    const expected = `sha256=${hexOf(await hmacOf(secret, `${timestamp}.`, raw))}`;
    isSigned = isSameHash(expected, signature.toLowerCase()) || isSigned;
  }
  if (!isSigned) return "forged";
  return Math.abs(nowMs - Number(timestamp) * 1_000) > MAX_AGE_MS ? "stale" : "ok";
}

function decode(body: unknown, mapping: Mapping, receivedAt: number): readonly Fact[] {
  switch (textAt(body, "event")) {
    case "message_created":
      return decodeMessage(body, mapping, receivedAt);
    case "conversation_created":
    case "conversation_updated":
    case "conversation_status_changed":
      return decodeConversation(body, mapping, receivedAt);
    case "conversation_typing_on":
      return decodeTyping(body, receivedAt);
    default:
      return [];
  }
}

function decodeMessage(body: unknown, mapping: Mapping, receivedAt: number): readonly Fact[] {
  const conversation = idAt(body, "conversation", "id");
  if (conversation === undefined) return [];
  const sentAt = timeAt(body, "created_at") ?? receivedAt;
  const facts = decodeConversation(at(body, "conversation"), mapping, sentAt);
  const type = messageType(body);
  const id = idAt(body, "id");
  if (type === null) return facts;
  const about = { kind: "event", ref: { conversation }, at: sentAt } as const;
  return [...facts, { ...about, id: `message/${id ?? sentAt}`, event: { type } }];
}

/** `null`: a private note, a message of a bot, or something that the desk itself reports. */
function messageType(body: unknown): "end_user_message" | "agent_message" | null {
  const type = at(body, "message_type");
  if (type === "incoming" || type === 0) return "end_user_message";
  const isOfAgent = textAt(body, "sender", "type")?.toLowerCase() === "user";
  const isSent = (type === "outgoing" || type === 1) && at(body, "private") !== true;
  return isSent && isOfAgent ? "agent_message" : null;
}

function decodeTyping(body: unknown, receivedAt: number): readonly Fact[] {
  const conversation = idAt(body, "conversation", "id");
  const isOfVisitor = textAt(body, "user", "type")?.toLowerCase() === "contact";
  if (conversation === undefined || !isOfVisitor) return [];
  const event = { type: "activity" } as const;
  return [{ id: null, at: receivedAt, kind: "event", ref: { conversation }, event }];
}

/**
 * A conversation as the API shows it. It leaves out an assignee or a team that is not there, which webhooks show as
 * null, and the time of its last message says nothing of the rest.
 */
export function decodeRead(body: unknown, mapping: Mapping, readAt: number): readonly Fact[] {
  const meta = at(body, "meta");
  if (typeof body !== "object" || typeof meta !== "object" || meta === null) return [];
  const whole = { assignee: null, team: null, ...meta };
  return decodeConversation({ ...body, meta: whole, timestamp: null }, mapping, readAt);
}

/** The conversation is its own ticket. */
function decodeConversation(body: unknown, mapping: Mapping, receivedAt: number): readonly Fact[] {
  const conversation = idAt(body, "id");
  if (conversation === undefined) return [];
  const changedAt = timeAt(body, "updated_at") ?? timeAt(body, "timestamp") ?? receivedAt;
  const about = { id: null, at: changedAt } as const;
  const ref = { conversation };
  const facts: Fact[] = [
    { ...about, kind: "link", conversation, ticket: conversation, ...describe(body) },
  ];
  const ticket = ticketOf(body, mapping);
  if (Object.keys(ticket).length > 0) {
    facts.push({ ...about, kind: "event", ref, event: { type: "ticket_updated", ticket } });
  }
  const assignee = at(body, "meta", "assignee");
  const agent = idAt(assignee, "id");
  if (agent !== undefined) {
    const event = { type: "assigned", agent: agentOf(mapping, agent) } as const;
    facts.push({ ...about, kind: "event", ref, event });
  } else if (assignee === null) {
    facts.push({ ...about, kind: "event", ref, event: { type: "unassigned" } });
  }
  const hash = stampedHash(textAt(body, "custom_attributes", STAMP));
  if (hash !== undefined) facts.push({ ...about, kind: "bind", conversation, hash });
  return facts;
}

function describe(body: unknown): { readonly user?: string; readonly channel?: string } {
  const user = idAt(body, "meta", "sender", "id");
  const channel = textAt(body, "channel")
    ?.split("::")
    .at(-1)
    ?.replace(/(?<=[a-z])(?=[A-Z])/g, "_")
    .toLowerCase();
  return { ...(user !== undefined && { user }), ...(channel && { channel }) };
}

function ticketOf(body: unknown, mapping: Mapping): TicketPatch {
  const status = textAt(body, "status");
  const ours = status === undefined ? null : statusOf(mapping, status);
  const priority = at(body, "priority");
  const named = textAt(body, "priority");
  const ourPriority = named === undefined ? null : priorityOf(mapping, named);
  const team = at(body, "meta", "team");
  const group = textAt(team, "name");
  const tags = namesAt(body, "labels");
  return {
    ...(ours !== null && { status: ours }),
    ...((priority === null || ourPriority !== null) && { priority: ourPriority }),
    ...((team === null || group !== undefined) && {
      group: group === undefined ? null : groupOf(mapping, group),
    }),
    ...(tags !== undefined && { tags }),
  };
}
