/**
 * What docs/desks.md has administrators send to Sunshine Conversations: the stand-in takes it, and is started so.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Api } from "./api.ts";
import { Conversations } from "./conversations.ts";
import { TRIGGERS } from "./triggers.ts";
import { Webhook } from "./webhook.ts";

const DOCS = readFileSync(new URL("../../../docs/desks.md", import.meta.url), "utf8");

it("the documented integration is created, with the events to which the example subscribes", async () => {
  const [, body = ""] = /'(\{"type": "custom"[^']+\})'/.exec(DOCS) ?? [];
  const webhook = new Webhook({ timeoutMs: 1, windowMs: 1 });
  const access = { appId: "app", keyId: "key", secret: "secret" };
  const { routes } = new Api(new Conversations(), webhook, access);
  const response = await routes.request("/v2/apps/app/integrations", {
    method: "POST",
    headers: { Authorization: `Basic ${btoa("key:secret")}` },
    body,
  });
  expect(response.status).toBe(201);
  expect(await response.json()).toMatchObject({
    integration: { webhooks: [{ triggers: TRIGGERS, secret: expect.any(String) }] },
  });
});
