import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createShop } from "./app.ts";
import { startFakeCollector } from "./testing/collector.ts";
import { createVisitor } from "./testing/visitor.ts";

let collector: Awaited<ReturnType<typeof startFakeCollector>>;
let visitor: ReturnType<typeof createVisitor>;

beforeEach(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  collector = await startFakeCollector();
  visitor = createVisitor(createShop({ url: collector.url, key: "pk_1", secret: "sk_1" }));
});
afterEach(async () => {
  await collector.stop();
  vi.restoreAllMocks();
});

describe("the chat", () => {
  it("introduces the conversation once, reports each message, and gets a token", async () => {
    const { session, token, messages } = await visitor.write("Hello");
    await visitor.write("Anybody?");
    expect(token).toBe(`token of ${session}`);
    expect(messages.map(({ from, text }) => [from, text])).toEqual([
      ["visitor", "Hello"],
      ["shop", expect.stringContaining("in the queue")],
    ]);
    const path = `/v1/sessions/${session}`;
    const told = collector.calls.filter((call) => call.path !== "/v1/tokens");
    expect(told.map((call) => `${call.method} ${call.path}`)).toEqual([
      `PUT ${path}`,
      `POST ${path}/events`,
      `POST ${path}/events`,
    ]);
    expect(told[0]?.body).toEqual({
      channel: "web_widget",
      user: expect.stringMatching(/^guest_/),
    });
    expect(told[1]?.body).toMatchObject({ type: "end_user_message", id: expect.any(String) });
    expect(Date.parse(String(told[1]?.body["at"]))).toBeGreaterThan(0);
    expect(told[1]?.body["id"]).not.toBe(told[2]?.body["id"]);
    expect(new Set(collector.calls.map(({ key }) => key))).toEqual(new Set(["Bearer sk_1"]));
  });

  it("keeps the conversation from page to page in a cookie that scripts cannot read", async () => {
    const answer = await visitor.request("/chat/messages", {
      method: "POST",
      body: JSON.stringify({ text: "Hello" }),
      headers: { "content-type": "application/json" },
    });
    expect(answer.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
    const { messages } = await visitor.read();
    expect(messages).toHaveLength(2);
    expect(await visitor.page("/about")).toContain('<span class="text">Hello</span>');
  });

  it("repeats a report under the same id until the collector takes it", async () => {
    collector.answerNext(200, 503, 500);
    await visitor.write("Hello");
    const ids = collector.to("/events").map(({ body }) => body["id"]);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  it("introduces the conversation again where the collector has forgotten it", async () => {
    const { session } = await visitor.write("Hello");
    collector.answerNext(404);
    await visitor.write("Still me");
    const told = collector.calls.filter((call) => call.path !== "/v1/tokens");
    expect(told.slice(-3).map((call) => `${call.method} ${call.path}`)).toEqual([
      `POST /v1/sessions/${session}/events`,
      `PUT /v1/sessions/${session}`,
      `POST /v1/sessions/${session}/events`,
    ]);
  });

  it("begins another conversation where the desk has ended this one", async () => {
    const first = await visitor.write("Hello");
    collector.setState("ended");
    const written = visitor.write("One more thing");
    const [, second] = await Promise.all([
      vi.waitUntil(() => collector.calls.filter(({ method }) => method === "PUT").length === 2),
      written,
    ]);
    expect(second.session).not.toBe(first.session);
    expect(second.messages[0]?.text).toBe("One more thing");
  });

  it("ends the conversation when the visitor says so", async () => {
    const { session } = await visitor.write("Hello");
    expect(await visitor.end()).toEqual({ messages: [], session: null, token: null });
    await vi.waitUntil(() => collector.to("/events").length === 2);
    expect(collector.to("/events")[1]).toMatchObject({
      path: `/v1/sessions/${session}/events`,
      body: { type: "session_ended", by: "end_user" },
    });
    expect(visitor.cookies.has("tk_conversation")).toBe(false);
  });

  it("takes a message from a plain form, too", async () => {
    const answer = await visitor.request("/chat/messages", {
      method: "POST",
      body: new URLSearchParams({ text: "No script yet" }),
      headers: { origin: "http://shop.test", referer: "http://shop.test/about" },
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("http://shop.test/about");
    expect(await visitor.page("/about")).toContain("No script yet");
  });

  it.each([
    ["  ", 400],
    ["x".repeat(2_001), 413],
  ])("refuses an empty message and an endless one", async (text, status) => {
    const answer = await visitor.request("/chat/messages", {
      method: "POST",
      body: JSON.stringify({ text }),
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(status);
    expect(collector.calls).toHaveLength(0);
  });

  it("begins empty with a conversation from before a restart", async () => {
    const { session } = await visitor.write("Hello");
    const again = createVisitor(createShop({ url: collector.url, key: "pk_1", secret: "sk_1" }));
    again.cookies.set("tk_conversation", session ?? "");
    expect(await again.read()).toMatchObject({ messages: [], session });
  });
});
