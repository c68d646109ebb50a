/**
 * The example shop as a separate server that uses the collector.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Keys } from "./collector.ts";
import { type Running, start } from "./process.ts";

const SERVER = fileURLToPath(new URL("../../examples/shop/dist/server.js", import.meta.url));

export interface TestShop extends Running {
  readonly url: string;
}

/** `collector` is the address that the shop and its pages use. */
export async function startShop(collector: string, keys: Keys): Promise<TestShop> {
  const running = await start(process.execPath, [SERVER], /open at (http:\S+)/, {
    PORT: "0",
    STILLHERE_URL: collector,
    STILLHERE_KEY: keys.publishable,
    STILLHERE_SECRET: keys.secret,
  });
  return { ...running, url: running.match[1] ?? "" };
}
