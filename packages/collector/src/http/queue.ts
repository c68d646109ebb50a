/**
 * `GET /v1/queue`: the sessions that wait for an agent, in order.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { PRESENCES, type QueueStanding, STATES } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { storable } from "../schemas/name.ts";
import type { AppContext, Env } from "./context.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { viewSession } from "./views.ts";

const waiting = z.object({
  position: z.number().int().describe("From 1."),
  session: z.string(),
  user: z.string().nullable(),
  presence: z.enum(PRESENCES),
  state: z.enum(STATES),
  queuedAt: z.iso.datetime().nullable(),
  waitingSeconds: z.number().int().describe("Since `queuedAt`."),
  ticket: z.any(),
});

const get = createRoute({
  method: "get",
  path: "/v1/queue",
  summary: "Waiting sessions, in order; those in `direct` go straight to their agent",
  ...secured("Queue and agents", "getQueue"),
  request: { query: z.object({ group: storable(z.string().max(256)).optional() }) },
  responses: jsonResponses(
    z.object({ queued: z.array(waiting), direct: z.array(waiting) }),
    "The current queue",
  ),
});

export function queueRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { settings } = engine.broadcasts.latest(account);
    const found = await engine.store.queue(account, c.req.valid("query").group ?? null);
    const entries = found.map(({ session }) => viewWaiting(session, settings, engine.clock.now()));
    return c.json(
      { queued: positionsOf(entries, "queued"), direct: positionsOf(entries, "direct") },
      200,
    );
  });
  return routes;
}

function viewWaiting(session: Session, settings: Settings, now: number) {
  const { id, user, presence, state, queue, queuedAt, ticket } = viewSession(session, settings);
  const waitedMs = now - (session.queuedAt ?? now);
  const waitingSeconds = Math.max(0, Math.round(waitedMs / 1000));
  return { session: id, user, presence, state, queue, queuedAt, waitingSeconds, ticket };
}

function positionsOf(entries: readonly ReturnType<typeof viewWaiting>[], wanted: QueueStanding) {
  return entries
    .filter(({ queue }) => queue === wanted)
    .map(({ queue: _queue, ...entry }, index) => ({ position: index + 1, ...entry }));
}
