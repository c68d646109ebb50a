import { serve } from "@hono/node-server";
import { createShop } from "./app.ts";
import { readEnvironment } from "./environment.ts";

try {
  const { host, port, collector } = readEnvironment(process.env);
  const server = serve({ fetch: createShop(collector).fetch, hostname: host, port }, (address) => {
    const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
    console.log(`Tern & Kettle, the demo shop, is open at http://${name}:${address.port}`);
  });
  server.on("error", (error) => refuse(error));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close();
      process.exit(0);
    });
  }
} catch (error) {
  refuse(error);
}

/** One line that says what to do; a stack would only hide it. */
function refuse(error: unknown): never {
  console.error(`shop: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}
