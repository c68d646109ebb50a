import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createShop } from "./app.ts";
import { startFakeCollector } from "./testing/collector.ts";
import { waitForAnswers } from "./testing/patience.ts";
import { createVisitor } from "./testing/visitor.ts";

let collector: Awaited<ReturnType<typeof startFakeCollector>>;
let visitor: ReturnType<typeof createVisitor>;

beforeEach(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  waitForAnswers();
  collector = await startFakeCollector();
  visitor = createVisitor(createShop({ url: collector.url, key: "pk_1", secret: "sk_1" }));
});
afterEach(async () => {
  await collector.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("the chat", () => {
  it("creates the session once, reports each message, and gets a token", async () => {
    const { session, token, messages } = await visitor.write("Hello");
    await visitor.write("Anybody?");
    expect(token).toBe(`token of ${session}`);
    expect(messages.map(({ from, text }) => [from, text])).toEqual([
      ["visitor", "Hello"],
      ["shop", expect.stringContaining("in the queue")],
    ]);
    const path = `/v1/sessions/${session}`;
    const reports = collector.calls.filter((call) => call.path !== "/v1/tokens");
    expect(reports.map((call) => `${call.method} ${call.path}`)).toEqual([
      `PUT ${path}`,
      `POST ${path}/events`,
      `POST ${path}/events`,
    ]);
    expect(reports[0]?.body).toEqual({
      channel: "web_widget",
      user: expect.stringMatching(/^guest_/),
    });
    expect(reports[1]?.body).toMatchObject({ type: "end_user_message", id: expect.any(String) });
    expect(Date.parse(String(reports[1]?.body["at"]))).toBeGreaterThan(0);
    expect(reports[1]?.body["id"]).not.toBe(reports[2]?.body["id"]);
    expect(new Set(collector.calls.map(({ key }) => key))).toEqual(new Set(["Bearer sk_1"]));
  });

  it("keeps the conversation across pages in an HttpOnly cookie", async () => {
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

  it("retries a report with the same id until the collector accepts it", async () => {
    collector.respondNext(200, 503, 500);
    await visitor.write("Hello");
    const ids = collector.callsTo("/events").map(({ body }) => body["id"]);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  it("creates the session again if the collector does not have it", async () => {
    const { session } = await visitor.write("Hello");
    collector.respondNext(404);
    await visitor.write("Still me");
    const reports = collector.calls.filter((call) => call.path !== "/v1/tokens");
    expect(reports.slice(-3).map((call) => `${call.method} ${call.path}`)).toEqual([
      `POST /v1/sessions/${session}/events`,
      `PUT /v1/sessions/${session}`,
      `POST /v1/sessions/${session}/events`,
    ]);
  });

  it("starts another conversation if the helpdesk has ended this one", async () => {
    const first = await visitor.write("Hello");
    collector.setState("ended");
    const second = await visitor.write("One more thing");
    expect(collector.calls.filter(({ method }) => method === "PUT")).toHaveLength(2);
    expect(second.session).not.toBe(first.session);
    expect(second.messages[0]?.text).toBe("One more thing");
  });

  it("ends the conversation when the visitor ends it", async () => {
    const { session } = await visitor.write("Hello");
    expect(await visitor.end()).toEqual({ messages: [], session: null, token: null });
    await vi.waitUntil(() => collector.callsTo("/events").length === 2);
    expect(collector.callsTo("/events")[1]).toMatchObject({
      path: `/v1/sessions/${session}/events`,
      body: { type: "session_ended", by: "end_user" },
    });
    expect(visitor.cookies.has("tk_conversation")).toBe(false);
  });

  it("accepts a message from a plain form", async () => {
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
  ])("refuses a message that is empty or too long", async (text, status) => {
    const answer = await visitor.request("/chat/messages", {
      method: "POST",
      body: JSON.stringify({ text }),
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(status);
    expect(collector.calls).toHaveLength(0);
  });

  it("continues a conversation without its messages after a restart", async () => {
    const { session } = await visitor.write("Hello");
    const again = createVisitor(createShop({ url: collector.url, key: "pk_1", secret: "sk_1" }));
    again.cookies.set("tk_conversation", session ?? "");
    expect(await again.read()).toMatchObject({ messages: [], session });
  });
});
