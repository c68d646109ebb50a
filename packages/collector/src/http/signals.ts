/**
 * `POST /v1/signals`: receives the signals of pages.
 * @module
 */
import { SIGNAL_MAX_BYTES, SIGNALS_PATH } from "@stillhere/sdk/wire";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AppContext, Env } from "./context.ts";
import { Problem, problemResponse } from "./problem.ts";
import { SignalIntake } from "./signal-intake.ts";

export function signalRoutes(context: AppContext): Hono<Env> {
  const routes = new Hono<Env>();
  const intake = new SignalIntake(context);
  const limit = bodyLimit({
    maxSize: SIGNAL_MAX_BYTES,
    onError: (c) =>
      problemResponse(c, new Problem("too_large", `Send at most ${SIGNAL_MAX_BYTES} bytes.`)),
  });

  // The SDK sends text/plain, which needs no preflight; application/json does. A preflight has no body
  // and so no key to select the account's origins by: only the POST checks the origin.
  routes.options(SIGNALS_PATH, (c) => {
    c.header("Access-Control-Allow-Origin", c.req.header("Origin") ?? "*");
    c.header("Access-Control-Allow-Methods", "POST");
    c.header("Access-Control-Allow-Headers", "Content-Type");
    c.header("Access-Control-Max-Age", "86400");
    c.header("Vary", "Origin");
    return c.body(null, 204);
  });

  routes.post(SIGNALS_PATH, limit, async (c) => {
    const headers: Record<string, string> = {};
    try {
      const text = await c.req.text();
      const answer = await intake.take({
        contentType: c.req.header("Content-Type"),
        origin: c.req.header("Origin"),
        address: () => context.addressOf(c),
        text: () => text,
        keyed: null,
        headers,
      });
      return c.json(answer, 200, headers);
    } catch (error) {
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
      throw error;
    }
  });

  return routes;
}
