/**
 * What Sunshine Conversations is told: two entries of a conversation's metadata, beside what is there.
 */
import { describe, expect, it } from "vitest";
import type { DeskAnswer, DeskCall, Standing, Step } from "../desk.ts";
import { EMPTY_MAPPING } from "../mapping.ts";
import { suncoSink } from "./sink.ts";
import { sunco } from "./sunco.ts";
import { differencesOf } from "./testing/shapes.ts";

const OUTBOUND = sunco.outbound.parse({
  baseUrl: "https://shop.zendesk.com/sc",
  appId: "5d8cff3cd55b040010928b5b",
  keyId: "app_1",
  secret: "a_secret",
}) as Parameters<typeof suncoSink.call>[2];

const GONE: Standing = {
  conversation: "c1",
  ticket: null,
  presence: "offline",
  reason: "user_offline",
  changed: {},
};

const conversationWith = (metadata: unknown): DeskAnswer => ({
  status: 200,
  headers: {},
  body: { conversation: { id: "c1", type: "personal", metadata } },
});

function begin(now: Standing = GONE, outbound = OUTBOUND): DeskCall {
  const call = suncoSink.call(now, null, outbound, EMPTY_MAPPING);
  if (!call) throw new Error("Nothing is to be told.");
  return call;
}

function callOf(step: Step): DeskCall {
  if (typeof step !== "object") throw new Error(`It ends with ${step}.`);
  return step;
}

describe("the sink", () => {
  it("reads the conversation and writes its metadata whole", () => {
    const read = begin();
    expect(read).toMatchObject({
      method: "GET",
      path: "/v2/apps/5d8cff3cd55b040010928b5b/conversations/c1",
      headers: { authorization: `Basic ${btoa("app_1:a_secret")}` },
    });
    const write = callOf(read.next(conversationWith({ order: 7, stillhere: "a hash" })));
    expect(write).toMatchObject({ method: "PATCH", path: read.path, headers: read.headers });
    expect(write.body).toEqual({
      metadata: {
        order: 7,
        stillhere: "a hash",
        stillhere_presence: "offline",
        stillhere_reason: "user_offline",
      },
    });
    expect(differencesOf("conversationUpdateBody", write.body)).toEqual([]);
    expect(write.next({ status: 200, headers: {}, body: {} })).toBe("done");
  });

  it("writes an empty reason for a visitor who is there, and its own name of the entries", () => {
    const now: Standing = { ...GONE, presence: "online", reason: null };
    const read = begin(now, { ...OUTBOUND, metadataKey: "visitor" });
    const metadata = { visitor_presence: "online", visitor_reason: "" };
    expect(callOf(read.next(conversationWith(undefined))).body).toEqual({ metadata });
    expect(callOf(read.next(conversationWith(null))).body).toEqual({ metadata });
  });

  it("sends nothing that the desk knows", () => {
    const written = { presence: "offline", reason: "user_offline" } as const;
    expect(suncoSink.call(GONE, written, OUTBOUND, EMPTY_MAPPING)).toBeNull();
    const same = { stillhere_presence: "offline", stillhere_reason: "user_offline" };
    expect(begin().next(conversationWith(same))).toBe("done");
  });

  it("reads again what was changed meanwhile", () => {
    const read = begin();
    const write = callOf(read.next(conversationWith({ order: 7 })));
    const again = callOf(write.next({ status: 409, headers: {}, body: {} }));
    expect(again.method).toBe("GET");
    expect(callOf(again.next(conversationWith({ order: 8 }))).body).toMatchObject({
      metadata: { order: 8 },
    });
  });

  it("replaces nothing by what it has not understood", () => {
    for (const body of [
      null,
      "",
      {},
      { conversation: {} },
      { conversation: { id: "c1", metadata: [] } },
    ]) {
      expect(begin().next({ status: 200, headers: {}, body })).toBe("retry");
    }
    expect(begin().next({ status: 404, headers: {}, body: {} })).toBe("gone");
    expect(begin().next({ status: 400, headers: {}, body: {} })).toBe("retry");
  });
});
