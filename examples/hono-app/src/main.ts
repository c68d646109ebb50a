/** A site with the collector under `/presence`, in one process and at one port. */
import { serve } from "@hono/node-server";
import { createCollector } from "@stillhere/collector";
import { Hono } from "hono";
import { renderPage } from "./page.ts";

const hostname = "127.0.0.1";

const collector = createCollector({
  store: process.env["STORE"] ?? "memory:",
  settings: { termsAccepted: true, presence: { mode: "on" } },
});
const { keys } = await collector.start();
if (!keys) throw new Error("The keys of this store were printed before: set STORE to a new one.");
const { publishableKey, secretKey } = keys;

const app = new Hono();
app.get("/", async (c) => c.html(renderPage(publishableKey, await mintToken("conv_1"))));
app.route("/presence", collector.app);

const options = {
  fetch: app.fetch,
  hostname,
  port: Number(process.env["PORT"] ?? 8790),
  // Longer than the time between two beats, which Node's 5 s are not.
  serverOptions: { keepAliveTimeout: 75_000, headersTimeout: 15_000, requestTimeout: 30_000 },
};
const server = serve(options, async ({ port }) => {
  const site = `http://${hostname}:${port}`;
  // Browsers may send signals from this site only.
  await call("PATCH", "/v1/settings", { origins: [site] });
  console.log(`
  Site       ${site}/
  Console    ${await inviteAdmin(site)}   good once: choose a password there
  Secret key ${secretKey}
  Page key   ${publishableKey}

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

/** A link to the console, for its first person. */
async function inviteAdmin(site: string): Promise<string> {
  const response = await call("POST", "/v1/invitations", { role: "admin" });
  const { url } = (await response.json()) as { url: string };
  return `${site}/presence/console${new URL(url).hash}`;
}

async function mintToken(session: string): Promise<string> {
  const response = await call("POST", "/v1/tokens", { session });
  return ((await response.json()) as { token: string }).token;
}

/** Calls the collector's API without a network. */
async function call(method: string, path: string, body: object): Promise<Response> {
  return collector.app.request(path, {
    method,
    headers: { Authorization: `Bearer ${secretKey}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}
