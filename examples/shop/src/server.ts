import { serve } from "@hono/node-server";
import { createShop } from "./app.ts";
import { readEnvironment } from "./environment.ts";

try {
  const { host, port, collector } = readEnvironment(process.env);
  const server = serve({ fetch: createShop(collector).fetch, hostname: host, port }, (address) => {
    const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
    console.log(`Tern & Kettle, the demo shop, is open at http://${name}:${address.port}`);
  });
  server.on("error", (error) => fail(error));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close();
      process.exit(0);
    });
  }
} catch (error) {
  fail(error);
}

/** Prints the error in one line without a stack, and exits. */
function fail(error: unknown): never {
  console.error(`shop: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}
