/**
 * What the OpenAPI document says of routes that are not made from it: the signals, decoded by hand,
 * and the stream.
 * @module
 */

import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { LEAVE_DESTINATIONS, SIGNAL_TYPES, SIGNALS_PATH, WIRE_VERSION } from "@stillhere/sdk/wire";
import type { Env } from "./context.ts";
import { SECURED } from "./route.ts";
import { problemView, sessionId } from "./schemas.ts";

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

const refusal = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: problemView } },
});

export function describeOtherRoutes(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerPath({
    method: "post",
    path: SIGNALS_PATH,
    summary: "A page reports; answered once the store has it",
    security: [],
    request: { body: { content: { "text/plain": { schema: signal } }, required: true } },
    responses: {
      200: {
        description: "When the next beat is wanted; 0: never",
        content: { "application/json": { schema: z.object({ nextMs: z.number() }) } },
      },
      400: refusal("The signal is not as it must be"),
      401: refusal("The key or the token is not good"),
      403: refusal("The token is for another session, or the origin is not listed"),
      409: refusal("The conversation has not carried this secret yet"),
      413: refusal("The body is too large"),
      429: refusal("Too many; Retry-After says when to come again"),
    },
  });
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/stream",
    summary: "Transitions as they are stored, as Server-Sent Events; Last-Event-ID resumes",
    ...SECURED,
    responses: {
      200: {
        description: "Events `transition` whose data is a Transition and whose id is its id",
        content: { "text/event-stream": { schema: z.string() } },
      },
      401: refusal("No key, or not a known one"),
    },
  });
}
