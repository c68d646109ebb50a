/**
 * `GET /v1/queue`: who waits for an agent, in order.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import type { AppContext, Env } from "./context.ts";
import { answers, createRoutes, SECURED } from "./route.ts";
import { viewSession } from "./views.ts";

const waiting = z.object({
  position: z.number(),
  session: z.string(),
  user: z.string().nullable(),
  presence: z.string(),
  state: z.string(),
  queuedAt: z.iso.datetime().nullable(),
  waitingSeconds: z.number(),
  ticket: z.any(),
});

const get = createRoute({
  method: "get",
  path: "/v1/queue",
  summary: "Who waits, in order; `direct` are those to be given straight to an agent",
  ...SECURED,
  request: { query: z.object({ group: z.string().max(256).optional() }) },
  responses: answers(
    z.object({ queued: z.array(waiting), direct: z.array(waiting) }),
    "The queue as it stands",
  ),
});

export function queueRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { settings } = engine.broadcasts.latest(account);
    const found = await engine.store.queue(account, c.req.valid("query").group ?? null);
    const entries = found.map(({ session }) => viewWaiting(session, settings, engine.clock.now()));
    return c.json({ queued: inOrder(entries, "queued"), direct: inOrder(entries, "direct") }, 200);
  });
  return routes;
}

function viewWaiting(session: Session, settings: Settings, now: number) {
  const { id, user, presence, state, queue, queuedAt, ticket } = viewSession(session, settings);
  const waitedMs = now - (session.queuedAt ?? now);
  const waitingSeconds = Math.max(0, Math.round(waitedMs / 1000));
  return { session: id, user, presence, state, queue, queuedAt, waitingSeconds, ticket };
}

function inOrder(entries: readonly ReturnType<typeof viewWaiting>[], standing: string) {
  return entries
    .filter(({ queue }) => queue === standing)
    .map(({ queue: _queue, ...entry }, index) => ({ position: index + 1, ...entry }));
}
