/**
 * Liveness (`/healthz`) and readiness (`/readyz`) probes. Only readiness requires the store.
 * @module
 */
import { Hono } from "hono";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";

export function healthRoutes({ engine }: AppContext): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/healthz", (c) => c.json({ status: "ok" }));
  routes.get("/readyz", async (c) => {
    await engine.store.accounts().catch(() => {
      throw new Problem(
        "unavailable",
        "The store does not answer; this collector cannot process signals.",
      );
    });
    return c.json({ status: "ok" });
  });
  return routes;
}
