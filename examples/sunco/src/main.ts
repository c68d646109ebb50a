/** A stand-in for Sunshine Conversations, and the collector under `/presence`, in one process and at one port. */
import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { createCollector } from "@stillhere/collector";
import { Hono } from "hono";
import { createSunco } from "./sunco.ts";
import { Webhook } from "./webhook.ts";

const hostname = "127.0.0.1";
const DESK = "sunco";
/** As Sunshine Conversations has them. */
const WEBHOOK_TIMEOUT_MS = 20_000;
const WEBHOOK_WINDOW_MS = 15 * 60_000;

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
  const webhookKey = randomBytes(16).toString("hex");
  const api = {
    appId: randomBytes(12).toString("hex"),
    keyId: `app_${randomBytes(12).toString("hex")}`,
    secret: randomBytes(16).toString("hex"),
  };
  const webhook = new Webhook({
    url: `${site}/presence/v1/desks/${DESK}/inbound`,
    key: webhookKey,
    timeoutMs: Number(process.env["WEBHOOK_TIMEOUT_MS"] ?? WEBHOOK_TIMEOUT_MS),
    windowMs: Number(process.env["WEBHOOK_WINDOW_MS"] ?? WEBHOOK_WINDOW_MS),
  });
  root.route("/presence", collector.app);
  root.route("/", createSunco({ webhook, api, publishableKey }));
  await call("PATCH", "/v1/settings", { origins: [site] });
  await call("PUT", `/v1/desks/${DESK}`, {
    kind: "sunco",
    inbound: { secrets: [webhookKey] },
    outbound: { baseUrl: `${site}/sc`, ...api },
  });
  const invited = await call("POST", "/v1/invitations", { role: "admin" });
  const invitation = (await invited.json()) as { url: string };
  console.log(`
  Shop       ${site}/
  Desk       ${site}/app
  Console    ${site}/presence/console${new URL(invitation.url).hash}   good once: choose a password there
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

/** Calls the collector's API without a network. */
async function call(method: string, path: string, body: object): Promise<Response> {
  const response = await collector.app.request(path, {
    method,
    headers: { Authorization: `Bearer ${secretKey}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response;
}
