/**
 * What Zendesk's webhooks mean, and whom they are believed from. The bodies have the fields that the vendor's
 * pages show; times with nine decimals and names in upper case are as they come in use.
 */
import { describe, expect, it } from "vitest";
import type { Fact } from "../fact.ts";
import { EMPTY_MAPPING, type Mapping } from "../mapping.ts";
import { base64Of, hmacOf } from "../signature.ts";
import { zendeskSource } from "./source.ts";
import { capacityBody, messageBody, TIME, ticketBody, triggerBody } from "./testing/bodies.ts";
import { zendesk } from "./zendesk.ts";

const RECEIVED_AT = Date.UTC(2026, 10, 20, 12);
const HAPPENED_AT = Date.UTC(2026, 10, 20, 11, 59, 59, 254);
const MAPPING: Mapping = {
  ...EMPTY_MAPPING,
  ...zendesk.mapping,
  group: { "8447320466430": "billing" },
  agent: { "8447388090494": "ann" },
};
const ref = { ticket: "141" };

const decode = (body: unknown) => zendeskSource.decode(body, MAPPING, RECEIVED_AT);
const eventsOf = (body: unknown) =>
  decode(body).flatMap((fact) => (fact.kind === "event" ? [fact.event] : []));

describe("a message", () => {
  it("links its conversation with its ticket, and is a response of the visitor", () => {
    const conversation = "67ab5f53a96f98663935c3f2";
    expect(decode(messageBody())).toEqual([
      { id: null, at: HAPPENED_AT, kind: "link", conversation, ticket: "141", user: "388" },
      {
        id: "message/67ab5f55155becd183e284cb",
        at: HAPPENED_AT,
        kind: "event",
        ref: { conversation },
        event: { type: "end_user_message" },
      },
    ]);
  });

  it.each([
    ["an agent", { type: "agent", id: "42" }, "agent_message"],
    ["a bot that writes as an agent", { type: "agent", id: "zd:answerBot" }, undefined],
    ["a bot", { type: "system", id: "zd:answerBot" }, undefined],
    ["a trigger", { type: "trigger", id: "7" }, undefined],
  ])("of %s is taken for what it is, and names no user", (_, actor, type) => {
    const [link, message] = decode(messageBody(actor)) as [Fact, Fact?];
    expect(link).not.toHaveProperty("user");
    expect(message?.kind === "event" ? message.event.type : undefined).toBe(type);
  });

  it("with nothing but its ticket means nothing", () => {
    expect(decode({ ...messageBody(), event: {} })).toEqual([]);
  });
});

describe("an event of a ticket", () => {
  const hashOf = (page: number) => page.toString(16).padStart(64, "a");
  const tagOf = (page: number) => `stillhere_${hashOf(page)}`;
  const bound = (body: unknown) =>
    decode(body).flatMap((fact) => (fact.kind === "bind" && "ticket" in fact ? [fact.hash] : []));

  it("binds each page that left its hash in a tag, which is none of the ticket's", () => {
    const tags = ["vip", tagOf(1), `${tagOf(2)}a`, tagOf(3), tagOf(4).toUpperCase()];
    const body = ticketBody("status_changed", { tags });
    expect(bound(body)).toEqual([hashOf(1), hashOf(3)]);
    expect(decode(body)[0]).toMatchObject({ id: null, at: HAPPENED_AT, ticket: "141" });
    const [updated] = eventsOf(body);
    expect(updated).toMatchObject({ ticket: { tags: ["vip", tags[2], tags[4]] } });
  });

  it("binds the page that was added as the latest, and alone where the ticket has more than a session keeps", () => {
    const added = (pages: readonly number[]) => ({
      ...ticketBody("tags_changed", { tags: pages.map(tagOf) }),
      event: { tags_added: [tagOf(1)], tags_removed: [] },
    });
    expect(bound(added([1, 2, 3]))).toEqual([2, 3, 1].map(hashOf));
    const pages = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(bound(added(pages))).toEqual([hashOf(1)]);
    expect(bound(ticketBody("status_changed", { tags: pages.map(tagOf) }))).toEqual([]);
  });

  it("has its status, priority, group, tags and assignee, in any case", () => {
    expect(eventsOf(ticketBody("status_changed"))).toEqual([
      {
        type: "ticket_updated",
        ticket: { status: "open", priority: "normal", group: "billing", tags: ["vip"] },
      },
      { type: "assigned", agent: "ann" },
    ]);
    expect(decode(ticketBody("status_changed"))[0]).toMatchObject({
      id: null,
      at: HAPPENED_AT,
      ref,
    });
  });

  it.each([
    ["whatsapp", "sunco_whatsapp"],
    ["SUNSHINE_CONVERSATIONS_FACEBOOK_MESSENGER", "sunco_facebook_messenger"],
    ["twilio_sms", "sunco_twilio_sms"],
  ])("that came over %s names that channel as of its first message", (channel, name) => {
    const [fact] = decode(ticketBody("status_changed", { via: { channel } }));
    const event = { type: "channel", channel: name };
    expect(fact).toEqual({ id: null, at: Date.UTC(2026, 10, 20, 11), kind: "event", ref, event });
  });

  it("that is no conversation is elsewhere, and of an unknown channel is as of the widget", () => {
    const kindOf = (channel: unknown) =>
      decode(ticketBody("status_changed", { via: { channel } }))[0]?.kind;
    expect(["email", "web", "Web_Service", "voice"].map(kindOf)).toEqual(
      new Array(4).fill("elsewhere"),
    );
    const [native] = decode(ticketBody("status_changed"));
    for (const channel of ["native_messaging", "chat", "", 75, null, undefined]) {
      expect(decode(ticketBody("status_changed", { via: { channel } }))[0]).toEqual(native);
    }
  });

  it("has null where something was removed", () => {
    const cleared = { priority: null, group_id: null, assignee_id: null, tags: [] };
    expect(eventsOf(ticketBody("group_assignment_changed", cleared))).toEqual([
      {
        type: "ticket_updated",
        ticket: { status: "open", priority: null, group: null, tags: [] },
      },
      { type: "unassigned" },
    ]);
  });

  it.each([
    ["NEW", "new"],
    ["Pending", "pending"],
    ["HOLD", "hold"],
    ["On-hold", "hold"],
    ["SOLVED", "solved"],
    ["closed", "closed"],
  ])("that says %s has the status %s", (status, ours) => {
    expect(eventsOf(ticketBody("status_changed", { status }))[0]).toMatchObject({
      ticket: { status: ours },
    });
  });

  it("that it is deleted ends the session, and erases it once that is final", () => {
    expect(eventsOf(ticketBody("soft_deleted"))).toEqual([{ type: "session_ended", by: "closed" }]);
    expect(decode(ticketBody("permanently_deleted"))).toMatchObject([{ kind: "erase", ref }]);
  });
});

describe("an agent", () => {
  it("has the capacity of messaging, and of no other channel", () => {
    expect(decode(capacityBody())).toMatchObject([{ kind: "agent", agent: "10011", capacity: 5 }]);
    expect(decode(capacityBody({ channel: "support" }))).toEqual([]);
    expect(decode(capacityBody({ new_max_capacity: -1 }))).toEqual([]);
  });
});

describe("the body of a customer's trigger", () => {
  it("tells the status, and that the desk has ended the session", () => {
    expect(eventsOf(triggerBody())).toEqual([
      { type: "ticket_updated", ticket: { status: "solved" } },
      { type: "session_ended", by: "agent" },
    ]);
    expect(decode(triggerBody())[0]?.at).toBe(HAPPENED_AT);
    expect(eventsOf(triggerBody({ session: "inactive", status: "?" }))).toEqual([]);
  });
});

describe("verification", () => {
  const raw = new TextEncoder().encode(JSON.stringify(messageBody()));
  const signed = async (secret: string, timestamp: string, body = raw) =>
    new Headers({
      "X-Zendesk-Webhook-Signature": base64Of(await hmacOf(secret, timestamp, body)),
      "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
    });
  const verify = (headers: Headers, secrets: readonly string[] = ["secret"]) =>
    zendeskSource.verify({ headers, raw, pathSecret: null }, secrets, RECEIVED_AT);

  it("believes a message that is signed with one of the secrets", async () => {
    expect(await verify(await signed("secret", TIME), ["old", "secret"])).toBe("ok");
  });

  it("refuses another secret, another body, another time and none", async () => {
    expect(await verify(await signed("another", TIME))).toBe("forged");
    expect(await verify(await signed("secret", TIME, new Uint8Array(3)))).toBe("forged");
    const moved = await signed("secret", TIME);
    moved.set("X-Zendesk-Webhook-Signature-Timestamp", "2026-11-20T12:00:00Z");
    expect(await verify(moved)).toBe("forged");
    expect(await verify(await signed("secret", "soon"))).toBe("forged");
    expect(await verify(new Headers())).toBe("forged");
    expect(await verify(await signed("secret", TIME), [])).toBe("forged");
  });

  it("refuses a copy of a message of five minutes ago", async () => {
    const secondsAgo = (seconds: number) =>
      new Date(RECEIVED_AT - seconds * 1_000).toISOString().replace(".000", "");
    expect(await verify(await signed("secret", secondsAgo(299)))).toBe("ok");
    expect(await verify(await signed("secret", secondsAgo(301)))).toBe("stale");
  });
});
