/**
 * `POST /v1/signals`: receives the signals of pages.
 * @module
 */
import { SIGNAL_MAX_BYTES, SIGNALS_PATH } from "@stillhere/sdk/wire";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { readBeatKey } from "./beat-key.ts";
import type { AppContext, Env } from "./context.ts";
import { CROSS_ORIGIN_HEADERS, preflightHeaders } from "./cross-origin.ts";
import { Problem, problemResponse } from "./problem.ts";
import type { PendingRefusal } from "./refusal.ts";
import { SignalIntake } from "./signal-intake.ts";

const utf8 = new TextDecoder();

export function signalRoutes(context: AppContext): Hono<Env> {
  const routes = new Hono<Env>();
  const intake = new SignalIntake(context);
  const { hash, deferRefusal } = context;
  const senderOf = (c: Context) => ({
    origin: c.req.header("Origin"),
    address: () => context.addressOf(c),
    ...(deferRefusal && {
      deferRefusal: (refusal: PendingRefusal) => deferRefusal(c, refusal),
    }),
  });
  const limit = bodyLimit({
    maxSize: SIGNAL_MAX_BYTES,
    onError: (c) => problemResponse(c, intake.refusal(signalTooLarge(), senderOf(c))),
  });

  routes.use(SIGNALS_PATH, answerAnyOrigin);

  // The SDK sends text/plain, which needs no preflight; application/json and other scripts' headers do.
  routes.options(SIGNALS_PATH, (c) =>
    c.body(null, 204, preflightHeaders(c.req.header("Access-Control-Request-Headers"))),
  );

  routes.post(SIGNALS_PATH, limit, async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const answer = await intake.take({
      contentType: c.req.header("Content-Type"),
      text: () => utf8.decode(body),
      keyed: hash && intake.usesBeatCache ? readBeatKey(body, hash) : null,
      ...senderOf(c),
    });
    return c.json(answer, 200);
  });

  return routes;
}

/** Lets any page read the answer, whatever becomes of the request. */
export const answerAnyOrigin: MiddlewareHandler<Env> = async (c, next) => {
  for (const [name, value] of Object.entries(CROSS_ORIGIN_HEADERS)) c.header(name, value);
  await next();
};

export function signalTooLarge(): Problem {
  return new Problem("too_large", `Send at most ${SIGNAL_MAX_BYTES} bytes.`);
}
