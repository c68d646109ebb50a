/**
 * `GET /openapi.json`: the description of the API, built once.
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "./context.ts";
import { describeOtherRoutes } from "./describe.ts";
import { VERSION } from "./version.ts";

/** Call it after all other routes are there. */
export function addDescription(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "secretKey", {
    type: "http",
    scheme: "bearer",
    description: "The account's secret key, `sk_…`.",
  });
  describeOtherRoutes(app);
  let built: Promise<{ readonly text: string; readonly etag: string }> | null = null;
  app.get("/openapi.json", async (c) => {
    built ??= build(app);
    const { text, etag } = await built;
    c.header("ETag", etag);
    c.header("Cache-Control", "no-cache");
    if (c.req.header("If-None-Match")?.includes(etag)) return c.body(null, 304);
    c.header("Content-Type", "application/json");
    return c.body(text);
  });
}

async function build(app: OpenAPIHono<Env>) {
  const text = JSON.stringify(describe(app));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { text, etag: `"${hex.slice(0, 32)}"` };
}

function describe(app: OpenAPIHono<Env>) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "stillhere collector", version: VERSION },
    // Relative to this document, so that it also holds under a path and behind a proxy.
    servers: [{ url: ".", description: "The collector that served this description" }],
  });
}
