import { describe, expect, it } from "vitest";
import { keyWords } from "./secret-key.ts";
import { type Delivery, deliveryWords, type Webhook, webhookWords } from "./webhook.ts";

const AT = "2026-01-01T10:00:00.000Z";

const webhook = (differs: Partial<Webhook> = {}): Webhook => ({
  id: "w",
  name: "helpdesk",
  url: "https://desk.example/hook",
  events: "all",
  enabled: true,
  disabledReason: null,
  disabledAt: null,
  oldSecretUntil: null,
  pausedUntil: null,
  nextAttemptAt: null,
  createdAt: AT,
  ...differs,
});

const delivery = (differs: Partial<Delivery> = {}): Delivery => ({
  id: "t",
  session: "conv_1",
  seq: 1,
  status: "delivered",
  attempts: 1,
  response: 200,
  error: null,
  nextAttemptAt: null,
  updatedAt: AT,
  ...differs,
});

describe("webhooks and keys in words", () => {
  it("says how an endpoint does", () => {
    expect(webhookWords(webhook())).toBe("On");
    expect(
      webhookWords(webhook({ enabled: false, disabledReason: "gone", disabledAt: AT })),
    ).toMatch(/^Switched off: .*\(410\) since .*2026/);
    expect(webhookWords(webhook({ pausedUntil: AT, oldSecretUntil: AT }))).toMatch(
      /^On; paused until .*; signed with the old secret too until /,
    );
  });

  it("says how a delivery went", () => {
    expect(deliveryWords(delivery())).toBe("Delivered, 1 attempt, answered 200");
    expect(
      deliveryWords(delivery({ status: "failed", attempts: 9, response: null, error: "timeout" })),
    ).toBe("Failed, 9 attempts, it did not answer within 15 seconds");
    expect(deliveryWords(delivery({ status: "pending", attempts: 0, response: null }))).toBe(
      "Waits",
    );
  });

  it("says until when a key is valid", () => {
    const key = { id: "k", role: "viewer", name: null, hint: "sk_1", createdAt: null } as const;
    expect(keyWords({ ...key, expiresAt: null })).toBe("Viewer, valid until it is revoked");
    expect(keyWords({ ...key, expiresAt: AT })).toMatch(/^Viewer, ends .*2026/);
  });
});
