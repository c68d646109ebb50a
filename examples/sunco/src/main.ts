/** A stand-in for Sunshine Conversations, and the collector under `/presence`, in one process and at one port. */
import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { createCollector } from "@stillhere/collector";
import { Hono } from "hono";
import { readBehaviour } from "./behaviour.ts";
import { createSunco } from "./sunco.ts";
import { TRIGGERS } from "./triggers.ts";
import { Webhook } from "./webhook.ts";

const hostname = "127.0.0.1";
const DESK = "sunco";
/** As Sunshine Conversations has them. */
const WEBHOOK_TIMEOUT_MS = 20_000;
const WEBHOOK_WINDOW_MS = 15 * 60_000;
const behaviour = readBehaviour(process.argv.slice(2));

const collector = createCollector({
  store: process.env["STORE"] ?? "memory:",
  // Both run on this machine.
  allowPrivateWebhooks: true,
  settings: {
    termsAccepted: true,
    binding: "capability",
    presence: { mode: "on" },
  },
});
const { keys } = await collector.start();
if (!keys) throw new Error("The keys of this store were printed before: set STORE to a new one.");
const { publishableKey, secretKey } = keys;

const root = new Hono();
const options = {
  fetch: root.fetch,
  hostname,
  port: Number(process.env["PORT"] ?? 8796),
  serverOptions: { keepAliveTimeout: 75_000, headersTimeout: 15_000, requestTimeout: 30_000 },
};
const server = serve(options, async ({ port }) => {
  const site = `http://${hostname}:${port}`;
  // Sunshine Conversations makes all of these.
  const api = {
    appId: randomBytes(12).toString("hex"),
    keyId: `app_${randomBytes(12).toString("hex")}`,
    secret: randomBytes(16).toString("hex"),
  };
  const webhook = new Webhook({
    timeoutMs: Number(process.env["WEBHOOK_TIMEOUT_MS"] ?? WEBHOOK_TIMEOUT_MS),
    windowMs: Number(process.env["WEBHOOK_WINDOW_MS"] ?? WEBHOOK_WINDOW_MS),
    behaviour,
  });
  root.route("/presence", collector.app);
  root.route("/", createSunco({ webhook, api, behaviour, publishableKey }));

  // As docs/desks.md has it, step by step.
  const key = { Authorization: `Bearer ${secretKey}` };
  const appKey = { Authorization: `Basic ${btoa(`${api.keyId}:${api.secret}`)}` };
  const desk = `${site}/presence/v1/desks/${DESK}`;
  await call("PATCH", `${site}/presence/v1/settings`, key, { origins: [site] });
  const outbound = { baseUrl: `${site}/sc`, ...api };
  const { inboundUrl } = await call("PUT", desk, key, { kind: "sunco", outbound });
  const created = await call("POST", `${site}/sc/v2/apps/${api.appId}/integrations`, appKey, {
    type: "custom",
    displayName: "stillhere",
    webhooks: [{ target: inboundUrl, triggers: TRIGGERS }],
  });
  const { integration } = created as { integration: { webhooks: { secret: string }[] } };
  const secrets = integration.webhooks.map(({ secret }) => secret);
  const { secret: _kept, ...shown } = outbound;
  await call("PUT", desk, key, { kind: "sunco", inbound: { secrets }, outbound: shown });
  const invited = await call("POST", `${site}/presence/v1/invitations`, key, { role: "admin" });
  console.log(`
  Shop       ${site}/
  Desk       ${site}/app
  Console    ${site}/presence/console${new URL(String(invited["url"])).hash}   good once: choose a password there
  Secret key ${secretKey}

  Ctrl+C stops it.
`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    server.close();
    await collector.close();
    process.exit(0);
  });
}

async function call(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Record<string, unknown>;
}
