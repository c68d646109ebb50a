/**
 * Bodies of Sunshine Conversations' webhooks; `shapes.ts` says whether they are as the vendor describes them.
 * @module
 */

export type Fields = Readonly<Record<string, unknown>>;

export const CREATED_AT = "2026-11-20T11:59:59.250Z";
export const HASH_TEXT = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
export const HASH_HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const USER = { id: "7494535bff5cef41a15be74d", externalId: null };

/** The request: events come in one list. */
export function requestBody(...events: readonly Fields[]): Fields {
  return {
    app: { id: "5d8cff3cd55b040010928b5b" },
    webhook: { id: "582dedf230e788746891281a", version: "v2" },
    events,
  };
}

export function event(type: string, payload: Fields, fields: Fields = {}): Fields {
  const body = { conversation: conversation(), ...payload };
  return { id: `event-of-${type}`, type, createdAt: CREATED_AT, payload: body, ...fields };
}

export function conversation(fields: Fields = {}): Fields {
  return { id: "c93bb9c14dde8ffb94564eae", type: "personal", ...fields };
}

export function createEvent(payload: Fields = {}): Fields {
  const source = { type: "web", integrationId: "de13bee15b51033b34162411" };
  const base = { creationReason: "startConversation", source, user: USER };
  return event("conversation:create", { ...base, ...payload });
}

export function messageEvent(message: Fields = {}, payload: Fields = {}): Fields {
  const base = {
    id: "5e552ef595e5206375bb835d",
    received: "2026-11-20T11:59:59.000Z",
    author: { type: "user", userId: USER.id },
    content: { type: "text", text: "Hello" },
    source: { type: "web", integrationId: "de13bee15b51033b34162411" },
  };
  return event("conversation:message", { message: { ...base, ...message }, ...payload });
}

export function businessMessage(message: Fields = {}): Fields {
  const source = { type: "zd:agentWorkspace" };
  return messageEvent({ author: { type: "business" }, source, ...message });
}

export function postbackEvent(payload: Fields = {}): Fields {
  const source = { type: "web", integrationId: "de13bee15b51033b34162411" };
  const base = { postback: { payload: "yes" }, user: USER, source };
  return event("conversation:postback", { ...base, ...payload });
}

export function activityEvent(type: string, activity: Fields = {}): Fields {
  const of = type === "conversation:read" ? type : "typing:start";
  const author = { type: "user", userId: USER.id };
  return event(type, { activity: { type: of, author, source: { type: "web" }, ...activity } });
}

export function controlEvent(type: string, payload: Fields = {}): Fields {
  return event(type, payload);
}

export function mergeEvent(payload: Fields = {}): Fields {
  return {
    id: "event-of-user:merge",
    type: "user:merge",
    createdAt: CREATED_AT,
    payload: {
      mergedUsers: { surviving: { id: "known" }, discarded: { id: "anonymous" } },
      mergedConversations: {
        surviving: conversation({ id: "conversation of the known" }),
        discarded: conversation(),
      },
      reason: "sdkLogin",
      ...payload,
    },
  };
}

export function userRemoveEvent(): Fields {
  const payload = { user: { id: USER.id } };
  return { id: "event-of-user:remove", type: "user:remove", createdAt: CREATED_AT, payload };
}

/** One of each kind that is read, and of each way to tell it. */
export const EVENTS: readonly Fields[] = [
  createEvent(),
  messageEvent(),
  messageEvent({ metadata: { stillhere: HASH_TEXT } }),
  messageEvent({}, { conversation: conversation({ metadata: { stillhere: HASH_TEXT } }) }),
  businessMessage(),
  postbackEvent(),
  postbackEvent({ postback: { payload: "yes", metadata: { stillhere: HASH_TEXT } } }),
  activityEvent("conversation:typing"),
  activityEvent("conversation:read"),
  controlEvent("switchboard:passControl", { reason: "ticketClosed" }),
  controlEvent("switchboard:releaseControl", { reason: "transferToEmail" }),
  mergeEvent(),
  event("conversation:remove", {}),
  userRemoveEvent(),
];
