import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SigningSecret } from "../stores/outbox.ts";
import type { LogEntry } from "../stores/store.ts";
import { createEndpoint, rotateSecrets, SECRET_OVERLAP_MS } from "./endpoints.ts";
import { type Post, PostError } from "./post.ts";
import { createMessage, createWebhookSender } from "./sender.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const STATE = { state: "active", reason: null, presence: "online" } as const;
const ENTRY: LogEntry = {
  cursor: 1,
  session: "conv.1",
  sessionCreatedAt: NOW - 60_000,
  transition: {
    seq: 7,
    at: NOW - 1_000,
    from: STATE,
    to: STATE,
    cause: "signal",
    queue: "none",
    capacityHeld: false,
    assignee: null,
    heardAt: null,
    ticketChanges: {},
    triggers: [],
    notify: [],
  },
};

const endpoint = createEndpoint(
  { account: "shop", url: "https://desk.example/hook", events: "all" },
  NOW,
);
const signal = new AbortController().signal;
const INCARNATION = "abcdefgh";
const incarnation = async () => INCARNATION;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function verify(secret: string | undefined, { headers, body }: ReturnType<typeof createMessage>) {
  return new Webhook(secret ?? "").verify(body, headers) as Record<string, unknown>;
}

describe("a message", () => {
  it("passes the official library's verification and contains the transition and its time", () => {
    const message = createMessage(endpoint, ENTRY, INCARNATION, NOW);
    expect(verify(endpoint.secrets[0]?.secret, message)).toEqual({
      type: "session.transition",
      timestamp: "2026-11-22T09:59:59.000Z",
      data: expect.objectContaining({ session: "conv.1", seq: 7, to: STATE }),
    });
    expect(message.headers["webhook-timestamp"]).toBe(String(NOW / 1000));
  });

  it("has the transition's id without a full stop, the separator of the signed content", () => {
    const { headers, body } = createMessage(endpoint, ENTRY, INCARNATION, NOW);
    expect(headers["webhook-id"]).toBe(JSON.parse(body).data.id);
    expect(headers["webhook-id"]).not.toContain(".");
    expect(headers["webhook-id"]).toMatch(/^abcdefgh:conv~1:/);
  });

  it("keeps its id and body when resent, with a new timestamp and signature", () => {
    const first = createMessage(endpoint, ENTRY, INCARNATION, NOW);
    const second = createMessage(endpoint, ENTRY, INCARNATION, NOW + 5_000);
    expect(second.body).toBe(first.body);
    expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
    expect(second.headers["webhook-signature"]).not.toBe(first.headers["webhook-signature"]);
  });

  it("is also signed with the previous secret for exactly a day after a rotation", () => {
    const [old] = endpoint.secrets;
    const rotated = { ...endpoint, secrets: rotateSecrets(endpoint, NOW) };
    const [fresh] = rotated.secrets;
    expect(fresh?.secret).not.toBe(old?.secret);
    const message = createMessage(rotated, ENTRY, INCARNATION, NOW);
    expect(verify(old?.secret, message)).toEqual(verify(fresh?.secret, message));
    vi.setSystemTime(NOW + SECRET_OVERLAP_MS);
    const later = createMessage(rotated, ENTRY, INCARNATION, Date.now());
    expect(verify(fresh?.secret, later)).toBeTruthy();
    expect(() => verify(old?.secret, later)).toThrow("No matching signature");
  });
});

describe("secrets", () => {
  it("are three at most: a rotation drops the oldest", () => {
    let rotated = endpoint;
    const made = [endpoint.secrets[0]?.secret];
    for (let index = 0; index < 4; index += 1) {
      rotated = { ...rotated, secrets: rotateSecrets(rotated, NOW + index) };
      made.unshift(rotated.secrets[0]?.secret);
    }
    expect(rotated.secrets.map(({ secret }) => secret)).toEqual(made.slice(0, 3));
  });

  it("sign three at most, however many an endpoint was given", () => {
    const [secret] = endpoint.secrets;
    const many = {
      ...endpoint,
      secrets: Array.from({ length: 350 }, () => secret as SigningSecret),
    };
    const { headers } = createMessage(many, ENTRY, INCARNATION, NOW);
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(3);
  });

  it("are 32 random bytes in base64 after whsec_", () => {
    const secret = endpoint.secrets[0]?.secret ?? "";
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice(6), "base64")).toHaveLength(32);
  });

  it("keep their earlier expiry at the next rotation", () => {
    const once = { ...endpoint, secrets: rotateSecrets(endpoint, NOW) };
    const twice = rotateSecrets(once, NOW + SECRET_OVERLAP_MS / 2);
    expect(twice.map(({ expiresAt }) => expiresAt && expiresAt - NOW)).toEqual([
      null,
      1.5 * SECRET_OVERLAP_MS,
      SECRET_OVERLAP_MS,
    ]);
    const thrice = rotateSecrets({ ...once, secrets: twice }, NOW + SECRET_OVERLAP_MS);
    expect(thrice).toHaveLength(3);
  });
});

describe("a response", () => {
  const respond = (status: number, retryAfter: string | null = null) =>
    createWebhookSender(async () => ({ status, retryAfter }), incarnation)(
      endpoint,
      ENTRY,
      NOW,
      signal,
    );

  it.each([
    [200, "delivered"],
    [204, "delivered"],
    [299, "delivered"],
    [301, "failed"],
    [307, "failed"],
    [400, "failed"],
    [404, "failed"],
    [410, "gone"],
    [500, "failed"],
  ])("with status %i counts as %s", async (status, outcome) => {
    expect(await respond(status)).toMatchObject({ outcome, response: status, error: null });
  });

  it("may ask for a pause with Retry-After", async () => {
    expect(await respond(503, "7")).toMatchObject({ outcome: "failed", retryAfterMs: 7_000 });
  });

  it("that never arrives counts as failed with an error code", async () => {
    const sendWith = (post: Post) =>
      createWebhookSender(post, incarnation)(endpoint, ENTRY, NOW, signal);
    const failed = { outcome: "failed", response: null, retryAfterMs: null };
    const refuse = () => Promise.reject(new PostError("target_refused"));
    expect(await sendWith(refuse)).toEqual({ ...failed, error: "target_refused" });
    const crash = () => Promise.reject(new Error("bug"));
    expect(await sendWith(crash)).toEqual({ ...failed, error: "failed" });
  });
});
