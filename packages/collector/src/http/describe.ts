/**
 * OpenAPI descriptions of the routes that are not defined with `createRoute`: the signals, which are
 * decoded by hand.
 * @module
 */

import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { LEAVE_DESTINATIONS, SIGNAL_TYPES, SIGNALS_PATH, WIRE_VERSION } from "@stillhere/sdk/wire";
import type { Env } from "./context.ts";
import { problem as refusal } from "./route.ts";
import { sessionId } from "./schemas.ts";

const signal = z
  .object({
    v: z.literal(WIRE_VERSION),
    key: z.string().openapi({ example: "pk_…" }),
    session: sessionId,
    token: z.string().optional(),
    page: z.string(),
    gen: z.number().int(),
    seq: z.number().int().optional(),
    type: z.enum(SIGNAL_TYPES),
    visible: z.boolean().optional(),
    armed: z.boolean().optional(),
    to: z.enum(LEAVE_DESTINATIONS).optional(),
  })
  .openapi("Signal");

export function describeOtherRoutes(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerPath({
    method: "post",
    path: SIGNALS_PATH,
    summary: "Report a signal of a page; the response follows the commit",
    security: [],
    request: { body: { content: { "text/plain": { schema: signal } }, required: true } },
    responses: {
      200: {
        description: "Delay until the next beat in milliseconds; 0: send no more beats",
        content: { "application/json": { schema: z.object({ nextMs: z.number() }) } },
      },
      400: refusal("The signal is invalid"),
      401: refusal("The key or the token is invalid"),
      403: refusal("The token is for another session, or the origin is not listed"),
      409: refusal("No message of the conversation has carried this secret yet"),
      413: refusal("The body is too large"),
      429: refusal("Rate limit exceeded; Retry-After says when to retry"),
    },
  });
}
