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
console.log(`
  Collector  http://${options.hostname}:${port}
  Console    http://${options.hostname}:${port}/console
  Secret key ${keys.secretKey}   opens the console
  Page key   ${keys.publishableKey}

  Ctrl+C stops it.
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await collector.close();
    process.exit(0);
  });
}
