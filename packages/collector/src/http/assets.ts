/**
 * The files that browsers fetch: the SDK's script build and the console.
 * @module
 */
import { type Context, Hono } from "hono";
import type { AppContext, Asset, Env } from "./context.ts";
import { Problem } from "./problem.ts";

const CONSOLE_POLICY =
  "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function assetRoutes({ assets }: AppContext): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/:file{sdk(-[a-z]+)?\\.js}", (c) => {
    // Any page may load the script; one with an integrity attribute needs CORS.
    c.header("Access-Control-Allow-Origin", "*");
    c.header("Cross-Origin-Resource-Policy", "cross-origin");
    c.header("Cache-Control", "public, max-age=3600");
    return answer(c, assets.get(c.req.param("file")));
  });

  routes.get("/console", (c) => {
    c.header("Content-Security-Policy", CONSOLE_POLICY);
    c.header("Referrer-Policy", "no-referrer");
    // For browsers that do not know `frame-ancestors`.
    c.header("X-Frame-Options", "DENY");
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    c.header("Cache-Control", "no-cache");
    return answer(c, assets.get("console/index.html"));
  });

  routes.get("/console/", (c) => c.redirect("../console"));

  routes.get("/console/:file", (c) => {
    c.header("Cache-Control", "no-cache");
    return answer(c, assets.get(`console/${c.req.param("file")}`));
  });

  return routes;
}

function answer(c: Context, asset: Asset | undefined): Response {
  if (!asset) throw new Problem("not_found", "There is no such file here.");
  c.header("Content-Type", asset.type);
  c.header("X-Content-Type-Options", "nosniff");
  return c.body(asset.body);
}
