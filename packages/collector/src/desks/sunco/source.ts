/**
 * Messages of Sunshine Conversations' webhooks. One request has several events, perhaps of several
 * conversations; each has an id that is the same however often it is delivered.
 * https://developer.zendesk.com/api-reference/conversations/#tag/Webhooks
 * @module
 */
import type { EndedBy } from "../../core/lists.ts";
import type { InboundRequest, Source, Verdict } from "../desk.ts";
import type { Fact } from "../fact.ts";
import { at, idAt, listAt, textAt, timeAt } from "../read.ts";
import { isOneOf, stampedHash } from "../signature.ts";

/** The name of the metadata in which the page stamps the hash of its secret. */
const STAMP = "stillhere";
const WEB_CHANNEL = "sunco_web";
/** Sources of messages that come from no channel of the visitor's: the API itself, and parts of Zendesk. */
const NO_CHANNEL = /^(?:api|zd)(?::|$)/;
/** A request has as many events as wait for the webhook; this is more than one body of 1 MiB can tell. */
const MAX_EVENTS = 1_000;
/** Of an id that is put before another text in a fact's own. */
const MAX_ID = 90;

export const suncoSource: Source = { verify, decode };

/** The key that the webhook was given when it was made; there is no signature and no time. */
async function verify({ headers }: InboundRequest, secrets: readonly string[]): Promise<Verdict> {
  return (await isOneOf(secrets, headers.get("x-api-key") ?? "")) ? "ok" : "forged";
}

function decode(body: unknown, _mapping: unknown, receivedAt: number): readonly Fact[] {
  const events = listAt(body, "events") ?? [];
  return events.slice(0, MAX_EVENTS).flatMap((event) => decodeEvent(event, receivedAt));
}

type EventFact = Extract<Fact, { kind: "event" }>;

/** When an event happened, and its id; `null` without one. */
interface Happened {
  readonly id: string | null;
  readonly at: number;
}

const ENDED_BY_REASON: ReadonlyMap<string, EndedBy> = new Map([
  ["ticketClosed", "closed"],
  ["transferToEmail", "email"],
]);

/** By the type of the activity that a message reports. */
const ENDED_BY_ACTIVITY: ReadonlyMap<string, EndedBy> = new Map([
  ["ticket:closed", "closed"],
  ["ticket:transfer:email", "email"],
  ["conversation:endedByUser", "end_user"],
]);

function decodeEvent(event: unknown, receivedAt: number): readonly Fact[] {
  const id = idAt(event, "id");
  const happened = {
    id: id === undefined || id.length > MAX_ID ? null : `event/${id}`,
    at: timeAt(event, "createdAt") ?? receivedAt,
  };
  const payload = at(event, "payload");
  switch (textAt(event, "type")) {
    case "conversation:create":
      return decodeCreate(payload, happened);
    case "conversation:message":
      return decodeMessage(payload, happened);
    case "conversation:postback":
      return decodePostback(payload, happened);
    case "conversation:typing":
    case "conversation:read":
      return decodeActivity(payload, happened);
    case "switchboard:passControl":
    case "switchboard:releaseControl":
      return decodeControl(payload, happened);
    case "user:merge":
      return decodeMerge(payload, happened);
    case "conversation:remove":
      return decodeRemoved("conversation", payload, happened);
    case "user:remove":
      return decodeRemoved("user", payload, happened);
    default:
      return [];
  }
}

function decodeCreate(payload: unknown, happened: Happened): readonly Fact[] {
  const conversation = idAt(payload, "conversation", "id");
  if (conversation === undefined) return [];
  const channel = channelOf(at(payload, "source"));
  const user = idAt(payload, "user", "id");
  return describe(payload, { conversation, channel, user, at: happened.at });
}

function decodeMessage(payload: unknown, happened: Happened): readonly Fact[] {
  const conversation = idAt(payload, "conversation", "id");
  if (conversation === undefined) return [];
  const message = at(payload, "message");
  const sentAt = timeAt(message, "received") ?? happened.at;
  const messageId = idAt(message, "id");
  const hasId = messageId !== undefined && messageId.length <= MAX_ID;
  const id = hasId ? `message/${messageId}` : happened.id;
  const activity = textAt(message, "activity", "type");
  if (activity !== undefined) {
    const endedBy = ENDED_BY_ACTIVITY.get(activity);
    return endedBy ? [ended(conversation, endedBy, { id, at: sentAt })] : [];
  }
  const about = { id, at: sentAt, kind: "event", ref: { conversation } } as const;
  switch (textAt(message, "author", "type")) {
    case "user":
      return [
        ...describe(payload, {
          conversation,
          channel: channelOf(at(message, "source")),
          user: authorOf(message),
          at: sentAt,
          metadata: at(message, "metadata"),
        }),
        { ...about, event: { type: "end_user_message" } },
      ];
    case "business": {
      const facts = describe(payload, { conversation, at: sentAt });
      const event = { type: "agent_message" } as const;
      return isOfAgent(message) ? [...facts, { ...about, event }] : facts;
    }
    default:
      return [];
  }
}

function decodePostback(payload: unknown, { id, at: sentAt }: Happened): readonly Fact[] {
  const conversation = idAt(payload, "conversation", "id");
  if (conversation === undefined) return [];
  const facts = describe(payload, {
    conversation,
    channel: channelOf(at(payload, "source")),
    user: idAt(payload, "user", "id"),
    at: sentAt,
    metadata: at(payload, "postback", "metadata"),
  });
  const event = { type: "end_user_message" } as const;
  return [...facts, { id, at: sentAt, kind: "event", ref: { conversation }, event }];
}

/** Typing and reading, by the visitor. */
function decodeActivity(payload: unknown, { at: happenedAt }: Happened): readonly Fact[] {
  const conversation = idAt(payload, "conversation", "id");
  const activity = at(payload, "activity");
  const isOfVisitor = textAt(activity, "author", "type") === "user";
  if (conversation === undefined || !isOfVisitor) return [];
  const channel = channelOf(at(activity, "source"));
  const facts = describe(payload, {
    conversation,
    channel,
    user: authorOf(activity),
    at: happenedAt,
  });
  const event = { type: "activity" } as const;
  return [...facts, { id: null, at: happenedAt, kind: "event", ref: { conversation }, event }];
}

/** Control of the conversation passes on, or back to nobody: with a reason it has ended. */
function decodeControl(payload: unknown, happened: Happened): readonly Fact[] {
  const conversation = idAt(payload, "conversation", "id");
  if (conversation === undefined) return [];
  const facts = describe(payload, { conversation, at: happened.at });
  const endedBy = ENDED_BY_REASON.get(textAt(payload, "reason") ?? "");
  return endedBy ? [...facts, ended(conversation, endedBy, happened)] : facts;
}

/** A visitor has signed in, or was recognised: two users are one, and perhaps two conversations. */
function decodeMerge(payload: unknown, { id, at: mergedAt }: Happened): readonly Fact[] {
  const idsOf = (name: string) =>
    [idAt(payload, name, "discarded", "id"), idAt(payload, name, "surviving", "id")] as const;
  const [fromConversation, intoConversation] = idsOf("mergedConversations");
  const [fromUser, intoUser] = idsOf("mergedUsers");
  const facts: Fact[] = [];
  if (fromConversation !== undefined && intoConversation !== undefined) {
    facts.push({ id, at: mergedAt, kind: "merge", from: fromConversation, into: intoConversation });
  }
  if (fromUser !== undefined && intoUser !== undefined) {
    facts.push({ id: null, at: mergedAt, kind: "merge_users", from: fromUser, into: intoUser });
  }
  return facts;
}

function decodeRemoved(
  what: "conversation" | "user",
  payload: unknown,
  { at: removedAt }: Happened,
): readonly Fact[] {
  const id = idAt(payload, what, "id");
  if (id === undefined) return [];
  const ref = what === "user" ? { user: id } : { conversation: id };
  return [{ id: null, at: removedAt, kind: "erase", ref }];
}

interface Told {
  readonly conversation: string;
  readonly channel?: string | undefined;
  readonly user?: string | undefined;
  readonly at: number;
  /** Of a message; that of the conversation is read besides. */
  readonly metadata?: unknown;
}

/**
 * That the conversation exists, where its channel is known: of one that is heard of by the business's own
 * messages alone it is not, unless a page has stamped it. And the hash that the page stamped.
 */
function describe(payload: unknown, told: Told): readonly Fact[] {
  const { conversation, user, at: happenedAt, metadata } = told;
  const stamps = [metadata, at(payload, "conversation", "metadata")];
  const hash = stamps.map((each) => stampedHash(textAt(each, STAMP))).find(Boolean);
  const channel = told.channel ?? (hash === undefined ? undefined : WEB_CHANNEL);
  if (channel === undefined) return [];
  const about = { id: null, at: happenedAt, conversation } as const;
  const link: Fact = {
    ...about,
    kind: "link",
    ticket: null,
    channel,
    ...(user !== undefined && { user }),
  };
  return hash === undefined ? [link] : [link, { ...about, kind: "bind", hash }];
}

function authorOf(message: unknown): string | undefined {
  return idAt(message, "author", "userId") ?? idAt(message, "author", "user", "id");
}

function ended(conversation: string, by: EndedBy, { id, at: endedAt }: Happened): EventFact {
  const event = { type: "session_ended", by } as const;
  return { id, at: endedAt, kind: "event", ref: { conversation }, event };
}

/** `undefined`: the message came by no channel of the visitor's. */
function channelOf(source: unknown): string | undefined {
  const type = textAt(source, "type")?.toLowerCase();
  return type === undefined || NO_CHANNEL.test(type) ? undefined : `sunco_${type}`.slice(0, 64);
}

/** Nothing in a webhook says so outright: an agent in Zendesk has a source of their own, bots have others. */
function isOfAgent(message: unknown): boolean {
  const source = textAt(message, "source", "type") ?? "";
  if (source.startsWith("zd:")) return source === "zd:agentWorkspace";
  const subtypes = listAt(message, "author", "subtypes") ?? [];
  return !subtypes.some((subtype) => subtype !== "agent");
}
