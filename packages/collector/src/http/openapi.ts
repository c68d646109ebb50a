/**
 * `GET /openapi.json`: the description of the API, built once.
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "./context.ts";
import { describeOtherRoutes } from "./describe.ts";
import { describeInbound } from "./describe-inbound.ts";
import { TAGS } from "./operation.ts";
import { VERSION } from "./version.ts";

const DESCRIPTION = `Tells whether the person who waits for support on a website is still there.

Instants are ISO 8601 in UTC. Durations are in seconds where their name ends with \`Seconds\`, and in
milliseconds where it ends with \`Ms\`. Lists are pages: give the \`cursor\` of an answer to get the next.
Refusals are \`application/problem+json\` (RFC 9457) with a stable \`code\`. Unknown query parameters and
body fields are refused.`;

/** Call it after all other routes are there. */
export function addDescription(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "secretKey", {
    type: "http",
    scheme: "bearer",
    description: "The account's secret key, `sk_…`.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "signIn", {
    type: "apiKey",
    in: "cookie",
    name: "stillhere",
    description:
      "The cookie of `POST /v1/sign-in`; `__Host-stillhere` with https at the root. Changes also require that the browser sends them from a page of the collector.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "metricsToken", {
    type: "http",
    scheme: "bearer",
    description: "The token of `--metrics-token`, if there is one.",
  });
  describeOtherRoutes(app);
  describeInbound(app);
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
    info: {
      title: "stillhere collector",
      version: VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    // Relative to this document, so that it also holds under a path and behind a proxy.
    servers: [{ url: ".", description: "The collector that served this description" }],
  });
}
