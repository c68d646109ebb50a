/**
 * `/v1/sessions`: the helpdesk creates and updates its conversations here, and reads their status.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Input } from "../core/input.ts";
import { PRESENCES, QUEUE_STANDINGS, STATES } from "../core/lists.ts";
import { storable } from "../schemas/name.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { idParams, pageQuery, sessionPut, sessionView } from "./schemas.ts";
import { viewSession } from "./views.ts";

/** The channel of a session that is created without one. */
export const DEFAULT_CHANNEL = "web_widget";

const put = createRoute({
  method: "put",
  path: "/v1/sessions/{id}",
  summary: "Create or update a session; idempotent",
  ...secured("Sessions", "putSession"),
  request: { params: idParams, body: jsonBody(sessionPut) },
  responses: jsonResponses(sessionView, "The current session"),
});

const get = createRoute({
  method: "get",
  path: "/v1/sessions/{id}",
  summary: "One session",
  ...secured("Sessions", "getSession", "not_found"),
  request: { params: idParams },
  responses: jsonResponses(sessionView, "The session"),
});

const list = createRoute({
  method: "get",
  path: "/v1/sessions",
  summary: "Sessions by id, paginated",
  ...secured("Sessions", "listSessions", "invalid_cursor"),
  request: {
    query: z.object({
      ...pageQuery,
      state: z.enum(STATES).optional(),
      presence: z.enum(PRESENCES).optional(),
      queue: z.enum(QUEUE_STANDINGS).optional(),
      assignee: storable(z.string().max(256)).optional(),
    }),
  },
  responses: jsonResponses(
    z.object({ sessions: z.array(sessionView), cursor: z.string().nullable() }),
    "One page; `cursor` is null on the last page",
  ),
});

const erase = createRoute({
  method: "delete",
  path: "/v1/sessions/{id}",
  summary: "Erase a session and its history",
  ...secured("Erasure", "eraseSession", "not_found"),
  request: { params: idParams },
  responses: jsonResponses(z.object({ erased: z.literal(true) }), "The session was erased"),
});

export function sessionRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const settingsOf = (account: string) => engine.broadcasts.latest(account).settings;
  const routes = createRoutes();

  routes.openapi(put, async (c) => {
    const { id } = c.req.valid("param");
    const body = c.req.valid("json");
    const outcome = await engine.submit({
      key: { account: c.var.account.name, id },
      inputs: inputsOf(body),
      create: { channel: body.channel ?? DEFAULT_CHANNEL, user: body.user ?? null },
    });
    if (!("session" in outcome)) throw sessionNotFound(id);
    return c.json(viewSession(outcome.session, outcome.settings, outcome.shadow), 200);
  });

  routes.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const account = c.var.account.name;
    const [found] = await engine.store.load([{ key: { account, id }, eventIds: [] }]);
    if (!found?.stored) throw sessionNotFound(id);
    return c.json(viewSession(found.stored.session, settingsOf(account), found.stored.shadow), 200);
  });

  routes.openapi(list, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    const account = c.var.account.name;
    const afterId = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await engine.store.list(account, { ...filter, afterId, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1)?.session : undefined;
    return c.json(
      {
        sessions: page.map(({ session, shadow }) =>
          viewSession(session, settingsOf(account), shadow),
        ),
        cursor: last ? encodeCursor(last.id) : null,
      },
      200,
    );
  });

  routes.openapi(erase, async (c) => {
    const { id } = c.req.valid("param");
    const erased = await engine.erase({ account: c.var.account.name, id });
    if (!erased) throw sessionNotFound(id);
    return c.json({ erased: true as const }, 200);
  });

  return routes;
}

export function sessionNotFound(id: string): Problem {
  return new Problem(
    "not_found",
    `There is no session ${id}: create it with PUT /v1/sessions/${id}.`,
  );
}

/** User and assignee come before the ticket: the session must not be queued in between. */
function inputsOf(body: z.infer<typeof sessionPut>): Input[] {
  const { channel, user, assignee, ticket } = body;
  const inputs: Input[] = [];
  if (channel !== undefined || user !== undefined) {
    inputs.push({
      type: "described",
      ...(channel && { channel }),
      ...(user !== undefined && { user }),
    });
  }
  if (assignee) inputs.push({ type: "assigned", agent: assignee });
  if (assignee === null) inputs.push({ type: "unassigned", requeue: false });
  if (ticket) {
    const status = assignee && ticket.status === "new" ? "open" : ticket.status;
    inputs.push({ type: "ticket_updated", ticket: { ...ticket, status } });
  }
  return inputs;
}
