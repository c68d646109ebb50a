/**
 * Liveness (`/healthz`) and readiness (`/readyz`) probes, and metrics. Only readiness requires the
 * store.
 * @module
 */
import { type Context, Hono } from "hono";
import type { Engine } from "../engine/engine.ts";
import { hashOf, isSameHash } from "../engine/keys.ts";
import { bearerOf } from "./auth.ts";
import type { AppContext, Env, MetricsContext } from "./context.ts";
import { Problem } from "./problem.ts";
import { VERSION } from "./version.ts";

/** A smaller skew says nothing: wall clocks are read in whole milliseconds, and not at the same instant. */
const PRECISION_MS = 10;

export function healthRoutes({ engine, metrics, unreadyBecause }: AppContext): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/healthz", (c) => c.json({ status: "ok", version: VERSION }));
  routes.get("/readyz", async (c) => {
    if (await engine.isStoreWritable()) {
      const reason = await unreadyBecause?.();
      if (reason) throw new Problem("unavailable", reason);
      return c.json({ status: "ok", clockSkewMs: skewOf(engine) });
    }
    throw new Problem(
      "unavailable",
      "The store cannot be written; this collector cannot process signals.",
    );
  });
  if (metrics) routes.get("/metrics", (c) => answerMetrics(c, metrics));
  return routes;
}

/** How far this machine's clock is ahead of the store's. */
function skewOf({ clock }: Engine): number {
  return Math.abs(clock.skewMs) < PRECISION_MS ? 0 : Math.round(clock.skewMs);
}

/** @throws {Problem} `key_missing` or `key_invalid` if the metrics have a token. */
export async function answerMetrics(c: Context, metrics: MetricsContext): Promise<Response> {
  if (metrics.token !== undefined) {
    const sent = bearerOf(c);
    if (!sent)
      throw new Problem("key_missing", "Send `Authorization: Bearer` and the metrics token.");
    if (!isSameHash(await hashOf(sent), await hashOf(metrics.token))) {
      throw new Problem(
        "key_invalid",
        "Send the metrics token (--metrics-token, at the edge STILLHERE_METRICS_TOKEN).",
      );
    }
  }
  return c.text(await metrics.scrape(), 200, { "Content-Type": metrics.contentType });
}
