/**
 * What the webhooks of Sunshine Conversations mean, and whom they are believed from. The bodies are as the
 * vendor describes them.
 */
import { describe, expect, it } from "vitest";
import type { Fact } from "../fact.ts";
import { EMPTY_MAPPING } from "../mapping.ts";
import { suncoSource } from "./source.ts";
import {
  activityEvent,
  businessMessage,
  CREATED_AT,
  controlEvent,
  conversation,
  createEvent,
  EVENTS,
  event,
  type Fields,
  HASH_HEX,
  HASH_TEXT,
  mergeEvent,
  messageEvent,
  postbackEvent,
  requestBody,
  userRemoveEvent,
} from "./testing/bodies.ts";
import { differencesOfEvent } from "./testing/shapes.ts";

const RECEIVED_AT = Date.UTC(2026, 10, 20, 12);
const HAPPENED_AT = Date.parse(CREATED_AT);
const CONVERSATION = "c93bb9c14dde8ffb94564eae";
const ref = { conversation: CONVERSATION };

const decodeBody = (body: unknown) => suncoSource.decode(body, EMPTY_MAPPING, RECEIVED_AT);
const decode = (...events: readonly Fields[]) => decodeBody(requestBody(...events));
const kinds = (facts: readonly Fact[]) => facts.map(({ kind }) => kind);
const eventsOf = (...events: readonly Fields[]) =>
  decode(...events).flatMap((fact) => (fact.kind === "event" ? [fact.event] : []));

describe("the bodies of these tests", () => {
  it("are as the vendor describes them", () => {
    for (const each of EVENTS) expect(differencesOfEvent(each)).toEqual([]);
  });

  it("would be seen to differ", () => {
    const author = { type: "someone" };
    expect(differencesOfEvent(messageEvent({ author }))[0]).toContain(
      "payload.message.author.type",
    );
    expect(differencesOfEvent(messageEvent({ recieved: "" }))).toEqual([
      ".payload.message.recieved: is not described",
    ]);
  });
});

describe("a message", () => {
  it("of the visitor is a response at the time at which it was received there", () => {
    expect(decode(messageEvent())).toEqual([
      {
        id: null,
        at: Date.UTC(2026, 10, 20, 11, 59, 59),
        kind: "link",
        conversation: CONVERSATION,
        ticket: null,
        user: "7494535bff5cef41a15be74d",
        channel: "sunco_web",
      },
      {
        id: "message/5e552ef595e5206375bb835d",
        at: Date.UTC(2026, 10, 20, 11, 59, 59),
        kind: "event",
        ref,
        event: { type: "end_user_message" },
      },
    ]);
  });

  it.each([
    ["an agent in Zendesk", { source: { type: "zd:agentWorkspace" } }, "agent_message"],
    ["a bot of Zendesk", { source: { type: "zd:answerBot" } }, undefined],
    ["another system", { source: { type: "api:conversations" } }, "agent_message"],
    [
      "a bot",
      { source: { type: "api" }, author: { type: "business", subtypes: ["bot"] } },
      undefined,
    ],
    [
      "an agent by name",
      { source: { type: "api" }, author: { type: "business", subtypes: ["agent"] } },
      "agent_message",
    ],
  ])("of %s is taken for what it is, and tells no channel", (_, fields, type) => {
    const facts = decode(businessMessage(fields));
    expect(facts.map((fact) => fact.kind === "event" && fact.event.type)).toEqual(
      type === undefined ? [] : [type],
    );
  });

  it.each([
    ["ticket:closed", "closed"],
    ["ticket:transfer:email", "email"],
    ["conversation:endedByUser", "end_user"],
  ])("that reports %s ends the session", (type, by) => {
    expect(eventsOf(businessMessage({ activity: { type } }))).toEqual([
      { type: "session_ended", by },
    ]);
  });

  it("that reports something else is nobody's word", () => {
    expect(decode(businessMessage({ activity: { type: "agent:joined" } }))).toEqual([]);
  });

  it.each(["ios", "whatsapp", "Messenger"])("over %s names that channel", (type) => {
    const [link] = decode(messageEvent({ source: { type } }));
    expect(link).toMatchObject({ kind: "link", channel: `sunco_${type.toLowerCase()}` });
  });

  it("that another system has sent for the visitor is a response and names no channel", () => {
    const facts = decode(messageEvent({ source: { type: "api:conversations" } }));
    expect(kinds(facts)).toEqual(["event"]);
  });
});

describe("a page's hash", () => {
  const metadata = { stillhere: HASH_TEXT };
  it.each([
    ["a message", messageEvent({ metadata })],
    [
      "the conversation of a message",
      messageEvent({}, { conversation: conversation({ metadata }) }),
    ],
    ["a postback", postbackEvent({ postback: { payload: "yes", metadata } })],
    [
      "the conversation of an answer",
      event("conversation:message", {
        ...(businessMessage()["payload"] as Fields),
        conversation: conversation({ metadata }),
      }),
    ],
    [
      "the conversation in which the visitor types",
      event("conversation:typing", {
        ...(activityEvent("conversation:typing")["payload"] as Fields),
        conversation: conversation({ metadata }),
      }),
    ],
  ])("is read from the metadata of %s", (_, each) => {
    const bound = decode(each).find(({ kind }) => kind === "bind");
    expect(bound).toMatchObject({ conversation: CONVERSATION, hash: HASH_HEX });
  });

  it("is none if it is no hash", () => {
    for (const stillhere of ["", "secret", `${HASH_TEXT}A`, 5, null, [HASH_TEXT]]) {
      expect(kinds(decode(messageEvent({ metadata: { stillhere } })))).not.toContain("bind");
    }
  });
});

describe("an event", () => {
  it("that begins a conversation links it with its user and channel", () => {
    expect(decode(createEvent())).toEqual([
      {
        id: null,
        at: HAPPENED_AT,
        kind: "link",
        conversation: CONVERSATION,
        ticket: null,
        user: "7494535bff5cef41a15be74d",
        channel: "sunco_web",
      },
    ]);
    expect(decode(createEvent({ source: { type: "api" } }))).toEqual([]);
  });

  it("of a pressed button is a response", () => {
    const pressed = decode(postbackEvent()).find(({ kind }) => kind === "event");
    expect(pressed).toMatchObject({
      id: "event/event-of-conversation:postback",
      at: HAPPENED_AT,
      event: { type: "end_user_message" },
    });
  });

  it.each(["conversation:typing", "conversation:read"])("of %s is no response", (type) => {
    expect(eventsOf(activityEvent(type))).toEqual([{ type: "activity" }]);
    expect(decode(activityEvent(type, { author: { type: "business" } }))).toEqual([]);
  });

  it.each([
    ["switchboard:passControl", "ticketClosed", "closed"],
    ["switchboard:passControl", "transferToEmail", "email"],
    ["switchboard:releaseControl", "ticketClosed", "closed"],
    ["switchboard:releaseControl", "transferToEmail", "email"],
  ])("of %s because of %s ends the session", (type, reason, by) => {
    expect(decode(controlEvent(type, { reason }))).toEqual([
      {
        id: `event/event-of-${type}`,
        at: HAPPENED_AT,
        kind: "event",
        ref,
        event: { type: "session_ended", by },
      },
    ]);
    expect(decode(controlEvent(type))).toEqual([]);
  });

  it("that the visitor has signed in joins conversations and users", () => {
    expect(decode(mergeEvent())).toEqual([
      {
        id: "event/event-of-user:merge",
        at: HAPPENED_AT,
        kind: "merge",
        from: CONVERSATION,
        into: "conversation of the known",
      },
      { id: null, at: HAPPENED_AT, kind: "merge_users", from: "anonymous", into: "known" },
    ]);
    expect(kinds(decode(mergeEvent({ mergedConversations: null })))).toEqual(["merge_users"]);
  });

  it("of a removal erases", () => {
    expect(decode(event("conversation:remove", {}))).toMatchObject([{ kind: "erase", ref }]);
    const user = { user: "7494535bff5cef41a15be74d" };
    expect(decode(userRemoveEvent())).toMatchObject([{ kind: "erase", ref: user }]);
  });

  it("that is not known, or is no event, means nothing, and the others of its request go on", () => {
    const unknown = event("conversation:message:delivery:user", {});
    expect(kinds(decode(unknown, createEvent(), {}))).toEqual(["link"]);
    for (const body of [null, [], {}, { events: {} }]) expect(decodeBody(body)).toEqual([]);
  });

  it("without a time happened when it was received", () => {
    expect(decode({ ...createEvent(), createdAt: "soon" })[0]?.at).toBe(RECEIVED_AT);
  });
});

describe("verification", () => {
  const verify = (headers: Headers, secrets: readonly string[]) => {
    const request = { headers, raw: new Uint8Array(), pathSecret: null };
    return suncoSource.verify(request, secrets, RECEIVED_AT);
  };

  it("believes the key of the webhook, and no other", async () => {
    const keyed = new Headers({ "X-API-Key": "the key of the webhook" });
    expect(await verify(keyed, ["old key", "the key of the webhook"])).toBe("ok");
    expect(await verify(keyed, ["another"])).toBe("forged");
    expect(await verify(keyed, [])).toBe("forged");
    expect(await verify(new Headers(), ["the key of the webhook"])).toBe("forged");
  });
});
