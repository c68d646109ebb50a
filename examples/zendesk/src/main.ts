/** A stand-in for Zendesk, and the collector under `/presence`, in one process and at one port. */
import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { createCollector } from "@stillhere/collector";
import { Hono } from "hono";
import { readBehaviour } from "./behaviour.ts";
import { AGENT, FIELD, GROUPS } from "./tickets.ts";
import { Webhook } from "./webhook.ts";
import { createZendesk } from "./zendesk.ts";

const hostname = "127.0.0.1";
const DESK = "zendesk";
const EMAIL = "admin@shop.example";
/** As Zendesk has it. */
const WEBHOOK_TIMEOUT_MS = 10_000;
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
  port: Number(process.env["PORT"] ?? 8797),
  serverOptions: { keepAliveTimeout: 75_000, headersTimeout: 15_000, requestTimeout: 30_000 },
};
const [online, offline] = FIELD.options;
const server = serve(options, async ({ port }) => {
  const site = `http://${hostname}:${port}`;
  const url = `${site}/presence/v1/desks/${DESK}/inbound`;
  const timeoutMs = Number(process.env["WEBHOOK_TIMEOUT_MS"] ?? WEBHOOK_TIMEOUT_MS);
  // Zendesk makes all of these.
  const [forEvents, forTrigger, apiToken] = [newSecret(), newSecret(), newSecret()];
  const events = new Webhook({ url, secret: forEvents, timeoutMs, behaviour });
  const trigger = new Webhook({ url, secret: forTrigger, timeoutMs, behaviour });
  const api = { email: EMAIL, apiToken };
  root.route("/presence", collector.app);
  root.route("/", createZendesk({ events, trigger, api, behaviour, publishableKey }));
  await call("PATCH", "/v1/settings", { origins: [site] });
  await call("PUT", `/v1/desks/${DESK}`, {
    kind: "zendesk",
    inbound: { secrets: [forEvents, forTrigger] },
    outbound: { baseUrl: site, ...api, field: { id: String(FIELD.id), online, offline } },
    // Zendesk has numbers for them.
    mapping: {
      agent: { [AGENT]: "Ann" },
      group: { [String(GROUPS[0])]: "support", [String(GROUPS[1])]: "billing" },
    },
  });
  const invited = await call("POST", "/v1/invitations", { role: "admin" });
  const invitation = (await invited.json()) as { url: string };
  console.log(`
  Shop       ${site}/
  Desk       ${site}/app
  Console    ${site}/presence/console${new URL(invitation.url).hash}   good once: choose a password there
  API token  ${apiToken}   of ${EMAIL}
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

function newSecret(): string {
  return randomBytes(16).toString("hex");
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
