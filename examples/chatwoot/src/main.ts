/** A stand-in for Chatwoot, and the collector under `/presence`, in one process and at one port. */
import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { createCollector } from "@stillhere/collector";
import { Hono } from "hono";
import { readBehaviour } from "./behaviour.ts";
import { createChatwoot } from "./chatwoot.ts";
import { AGENTS } from "./conversations.ts";
import { Webhook } from "./webhook.ts";

const hostname = "127.0.0.1";
const DESK = "support";
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
  port: Number(process.env["PORT"] ?? 8795),
  serverOptions: { keepAliveTimeout: 75_000, headersTimeout: 15_000, requestTimeout: 30_000 },
};
const server = serve(options, async ({ port }) => {
  const site = `http://${hostname}:${port}`;
  // Chatwoot makes both.
  const webhookSecret = randomBytes(16).toString("hex");
  const accessToken = randomBytes(16).toString("hex");
  const address = `${site}/presence/v1/desks/${DESK}/inbound`;
  // Older versions do not sign: the secret is in the address.
  const inbound = behaviour.older ? `${address}/${webhookSecret}` : address;
  root.route("/presence", collector.app);
  root.route(
    "/",
    createChatwoot({
      webhook: new Webhook(inbound, webhookSecret, behaviour),
      behaviour,
      accessToken,
      publishableKey,
      prefix: `${DESK}-`,
    }),
  );
  await call("PATCH", "/v1/settings", { origins: [site] });
  await call("PUT", `/v1/desks/${DESK}`, {
    kind: "chatwoot",
    inbound: { secrets: [webhookSecret] },
    outbound: { baseUrl: site, accountId: "1", apiAccessToken: accessToken },
    // Chatwoot has numbers for its agents.
    mapping: {
      agent: Object.fromEntries(Object.entries(AGENTS).map(([name, id]) => [id, name])),
    },
  });
  for (const name of Object.keys(AGENTS)) await call("PUT", `/v1/agents/${name}`, { capacity: 3 });
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
