import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { type Post, PostError } from "../webhooks/post.ts";
import { TestApp } from "./testing/app.ts";
import { requestNothing } from "./testing/post.ts";

interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const URL_OF_RECEIVER = "https://desk.example/stillhere";
const DELIVERED = { delivered: true, response: 204, error: null };

let posted: Posted[];
let answer: () => ReturnType<Post>;
let harness: TestApp;
let webhook: { id: string; secret: string };
beforeEach(async () => {
  posted = [];
  answer = async () => ({ status: 204, retryAfter: null });
  const post: Post = (url, headers, body) => {
    posted.push({ url, headers, body });
    return answer();
  };
  const deskRequest = requestNothing;
  const webhooks = { refuseTarget: async () => null, post, deskRequest, refresh: async () => {} };
  harness = await TestApp.create({ webhooks });
  webhook = await harness.json("POST", "/v1/webhooks", { url: URL_OF_RECEIVER, name: "desk" });
});

const path = () => `/v1/webhooks/${webhook.id}/test`;
const test = () => harness.json("POST", path());
const standing = () => harness.json("GET", `/v1/webhooks/${webhook.id}`);

describe("a test of a webhook", () => {
  it("is signed as a real message, and says that it is a test", async () => {
    const result = await test();
    expect(result).toEqual({ id: expect.stringMatching(/^test_/), ...DELIVERED });
    const [{ url, headers, body } = { url: "", headers: {}, body: "" }] = posted;
    expect([url, headers["webhook-id"]]).toEqual([URL_OF_RECEIVER, result["id"]]);
    expect(new Webhook(webhook.secret).verify(body, headers)).toEqual({
      type: "webhook.test",
      timestamp: expect.any(String),
      data: { webhook: webhook.id, name: "desk" },
    });
  });

  it("is sent to a disabled endpoint too, once, and changes nothing about the endpoint", async () => {
    await harness.request("PATCH", `/v1/webhooks/${webhook.id}`, { enabled: false });
    const before = await standing();
    answer = async () => ({ status: 410, retryAfter: "600" });
    expect(await test()).toMatchObject({ delivered: false, response: 410, error: null });
    expect(posted).toHaveLength(1);
    expect(await standing()).toEqual(before);
  });

  it("to an endpoint that answers 410 leaves it enabled", async () => {
    answer = async () => ({ status: 410, retryAfter: null });
    await test();
    expect(await standing()).toMatchObject({ enabled: true, pausedUntil: null });
  });

  it("shows why there was no answer", async () => {
    answer = () => Promise.reject(new PostError("timeout"));
    expect(await test()).toMatchObject({ delivered: false, response: null, error: "timeout" });
  });

  it("is sent one at a time for each endpoint", async () => {
    let end = (_: { status: number; retryAfter: null }) => {};
    const ended = new Promise<{ status: number; retryAfter: null }>((resolve) => {
      end = resolve;
    });
    const started = new Promise<void>((resolve) => {
      answer = () => {
        resolve();
        return ended;
      };
    });
    const first = test();
    await started;
    const second = await harness.request("POST", path());
    expect([second.status, second.headers.get("Retry-After")]).toEqual([429, "1"]);
    end({ status: 204, retryAfter: null });
    expect(await first).toMatchObject(DELIVERED);
    expect(await test()).toMatchObject(DELIVERED);
  });

  it("has an entry in the audit log from before it is sent", async () => {
    let entries: readonly { action: string }[] = [];
    answer = async () => {
      entries = await harness.store.admin.audit("default", null, 10);
      return { status: 204, retryAfter: null };
    };
    await test();
    const named = await harness.json("GET", `/v1/webhooks/${webhook.id}`);
    expect(entries[0]).toMatchObject({
      action: "webhook_tested",
      target: webhook.id,
      to: { name: named["name"] },
    });
    expect(named["name"]).toEqual(expect.any(String));
  });

  it("has a second entry in the audit log, with what its receiver answered", async () => {
    const latest = async () => (await harness.store.admin.audit("default", null, 1))[0];
    await test();
    const entry = { action: "webhook_tested", target: webhook.id };
    expect(await latest()).toMatchObject({ ...entry, to: { name: "desk", response: 204 } });
    answer = () => Promise.reject(new PostError("timeout"));
    await test();
    expect(await latest()).toMatchObject({ ...entry, to: { name: "desk", error: "timeout" } });
  });

  it("of another account's endpoint, or of one that is not there, is refused", async () => {
    const other = await harness.accounts.put("other");
    const headers = { Authorization: `Bearer ${other.secretKey}` };
    expect((await harness.request("POST", path(), undefined, headers)).status).toBe(404);
    expect((await harness.request("POST", "/v1/webhooks/none/test")).status).toBe(404);
    expect(posted).toEqual([]);
  });
});
