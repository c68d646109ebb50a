/** The collector on Deno's own server. */
import process from "node:process";
import { createCollector } from "@stillhere/collector";

declare const Deno: {
  serve(options: object, handler: unknown): { readonly addr: { readonly port: number } };
};

const collector = createCollector({
  store: process.env["STORE"] ?? "memory:",
  settings: { termsAccepted: true, presence: { mode: "on" } },
});
const { keys } = await collector.start();
if (!keys) throw new Error("The keys of this store were printed before: set STORE to a new one.");

const options = {
  hostname: "127.0.0.1",
  port: Number(process.env["PORT"] ?? 8793),
  onListen() {},
};
const { port } = Deno.serve(options, collector.app.fetch).addr;
const url = `http://${options.hostname}:${port}`;
// The first person comes in by a link.
const response = await collector.app.request(`${url}/v1/invitations`, {
  method: "POST",
  headers: { Authorization: `Bearer ${keys.secretKey}`, "Content-Type": "application/json" },
  body: JSON.stringify({ role: "admin" }),
});
const invitation = (await response.json()) as { url: string };
console.log(`
  Collector  ${url}
  Console    ${invitation.url}   good once: choose a password there
  Secret key ${keys.secretKey}
  Page key   ${keys.publishableKey}

  Ctrl+C stops it.
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await collector.close();
    process.exit(0);
  });
}
