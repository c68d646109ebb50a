/**
 * What Chatwoot's webhooks mean, in bodies as its documentation and source describe them, and whom they are
 * believed from.
 */
import { describe, expect, it } from "vitest";
import type { Mapping } from "../mapping.ts";
import { EMPTY_MAPPING } from "../mapping.ts";
import { hexOf, hmacOf } from "../signature.ts";
import { chatwoot } from "./chatwoot.ts";
import { chatwootSource } from "./source.ts";
import { conversationBody, messageBody } from "./testing/bodies.ts";
import { HASH_TEXT } from "./testing/fixture.ts";

const RECEIVED_AT = Date.UTC(2026, 10, 20, 12);
const MAPPING: Mapping = { ...EMPTY_MAPPING, ...chatwoot.mapping };
const SECRET = "a secret that chatwoot made";
const HASH_HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const decode = (body: unknown) => chatwootSource.decode(body, MAPPING, RECEIVED_AT);
const eventsOf = (body: unknown) =>
  decode(body).flatMap((fact) => (fact.kind === "event" ? [fact.event] : []));

describe("a message", () => {
  it("of the visitor is one of the end user, at its time", () => {
    const facts = decode(messageBody({ id: 7, created_at: "2026-11-20T11:00:00.000Z" }));
    expect(facts.at(-1)).toEqual({
      id: "message/7",
      at: Date.UTC(2026, 10, 20, 11),
      kind: "event",
      ref: { conversation: "12" },
      event: { type: "end_user_message" },
    });
  });

  it.each([
    ["an agent", { message_type: "outgoing", sender: { id: 1, type: "user" } }, "agent_message"],
    ["a bot", { message_type: "outgoing", sender: { id: 1, type: "agent_bot" } }, undefined],
    ["a note", { message_type: "outgoing", private: true, sender: { type: "user" } }, undefined],
    ["the desk", { message_type: "activity", sender: null }, undefined],
    ["a template", { message_type: "template" }, undefined],
    ["a number as type", { message_type: 0 }, "end_user_message"],
  ])("of %s is taken for what it is", (_, fields, type) => {
    const types = eventsOf(messageBody(fields)).map((event) => event.type);
    const wanted = ["end_user_message", "agent_message"] as string[];
    expect(types.find((each) => wanted.includes(each))).toBe(type);
  });
});

describe("a conversation", () => {
  it("is linked with its ticket, user and channel", () => {
    expect(decode(conversationBody("conversation_created"))[0]).toMatchObject({
      kind: "link",
      conversation: "12",
      ticket: "12",
      user: "5",
      channel: "web_widget",
    });
  });

  it.each([
    ["open", "open"],
    ["Pending", "open"],
    ["snoozed", "hold"],
    ["RESOLVED", "solved"],
  ])("that is %s has the status %s", (status, ours) => {
    const [event] = eventsOf(conversationBody("conversation_status_changed", { status }));
    expect(event).toMatchObject({ type: "ticket_updated", ticket: { status: ours } });
  });

  it("has team, priority and labels, and null where one was removed", () => {
    const body = conversationBody("conversation_updated", {
      priority: "urgent",
      labels: ["vip", "vip", 3],
      meta: { team: { id: 2, name: "billing" }, assignee: null },
    });
    expect(eventsOf(body)).toEqual([
      {
        type: "ticket_updated",
        ticket: { status: "open", priority: "urgent", group: "billing", tags: ["vip"] },
      },
      { type: "unassigned" },
    ]);
    const cleared = { priority: null, meta: { team: null, assignee: { id: 9 } } };
    expect(eventsOf(conversationBody("conversation_updated", cleared))).toEqual([
      {
        type: "ticket_updated",
        ticket: { status: "open", priority: null, group: null, tags: [] },
      },
      { type: "assigned", agent: "9" },
    ]);
  });

  it("binds the page whose hash it carries", () => {
    const body = conversationBody("conversation_updated", {
      custom_attributes: { stillhere: HASH_TEXT },
    });
    expect(decode(body).at(-1)).toMatchObject({ kind: "bind", hash: HASH_HEX });
    for (const stillhere of ["", "secret", `${HASH_TEXT}A`, 5, null]) {
      const other = conversationBody("conversation_updated", { custom_attributes: { stillhere } });
      expect(decode(other).some(({ kind }) => kind === "bind")).toBe(false);
    }
  });

  it.each([
    ["seconds", 1_763_640_000],
    ["seconds with a fraction", 1_763_640_000.25],
    ["a text of seconds", "1763640000"],
    ["ISO 8601", "2025-11-20T12:00:00Z"],
  ])("has its time in %s", (_, updated_at) => {
    const [fact] = decode(conversationBody("conversation_updated", { updated_at }));
    expect(Math.floor((fact?.at ?? 0) / 1_000)).toBe(1_763_640_000);
  });
});

describe("verification", () => {
  const raw = new TextEncoder().encode(JSON.stringify(messageBody()));
  const at = RECEIVED_AT;
  const seconds = String(at / 1_000);
  const signed = async (secret: string, timestamp: string, body = raw) =>
    new Headers({
      "X-Chatwoot-Signature": `sha256=${hexOf(await hmacOf(secret, `${timestamp}.`, body))}`,
      "X-Chatwoot-Timestamp": timestamp,
    });
  const verify = async (headers: Headers, secrets = [SECRET], pathSecret: string | null = null) =>
    chatwootSource.verify({ headers, raw, pathSecret }, secrets, at);

  it("refuses a message whose time was changed", async () => {
    const moved = await signed(SECRET, seconds);
    moved.set("X-Chatwoot-Timestamp", String(at / 1_000 + 1));
    expect(await verify(moved)).toBe("forged");
  });

  it("believes the secret in the address, for versions that sign nothing", async () => {
    expect(await verify(new Headers(), [SECRET], SECRET)).toBe("ok");
    expect(await verify(new Headers(), [SECRET], "another")).toBe("forged");
    expect(await verify(await signed(SECRET, seconds), [SECRET], "another")).toBe("forged");
  });
});
