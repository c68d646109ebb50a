/**
 * The history of one session, and of the whole account in commit order.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { TRACKS } from "../core/lists.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeLogCursor, encodeLogCursor } from "./cursor.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { idParams, transitionView } from "./schemas.ts";
import { viewTransition } from "./views.ts";

const limit = z.coerce.number().int().min(1).max(500).default(100);
/** `shadow`: what would have happened with presence switched on. */
const track = z.enum(TRACKS).default("live");
const page = jsonResponses(
  z.object({ transitions: z.array(transitionView), cursor: z.string().nullable() }),
  "Oldest first; `cursor` continues after this page, null if the page is empty",
);

const ofSession = createRoute({
  method: "get",
  path: "/v1/sessions/{id}/transitions",
  summary: "A session's history; `cursor` is the last `seq` already read",
  ...secured("Transitions", "listSessionTransitions", "not_found"),
  request: {
    params: idParams,
    query: z.object({ limit, track, cursor: z.coerce.number().int().min(0).default(0) }),
  },
  responses: page,
});

const ofAccount = createRoute({
  method: "get",
  path: "/v1/transitions",
  summary: "The account's history after a cursor or a transition id",
  ...secured("Transitions", "listTransitions", "invalid_cursor", "store_restored"),
  request: { query: z.object({ limit, track, after: z.string().max(512).default("0") }) },
  responses: page,
});

export function transitionRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();

  routes.openapi(ofSession, async (c) => {
    const { id } = c.req.valid("param");
    const query = c.req.valid("query");
    const key = { account: c.var.account.name, id };
    const entries = await engine.store.history(key, query.cursor, query.limit, query.track);
    if (entries.length === 0) {
      const [found] = await engine.store.load([{ key, eventIds: [] }]);
      const exists = found?.stored || found?.unreadable !== undefined;
      if (!exists) throw new Problem("not_found", `There is no session ${id}.`);
    }
    const last = entries.at(-1)?.transition.seq;
    const incarnation = await engine.store.incarnation();
    return c.json(
      {
        transitions: entries.map((entry) => viewTransition(entry, incarnation)),
        cursor: last === undefined ? null : String(last),
      },
      200,
    );
  });

  routes.openapi(ofAccount, async (c) => {
    const query = c.req.valid("query");
    const account = c.var.account.name;
    const after = await decodeLogCursor(engine.store, account, query.after);
    const entries = await engine.store.log(account, after, query.limit, query.track);
    const last = entries.at(-1)?.cursor;
    const incarnation = await engine.store.incarnation();
    return c.json(
      {
        transitions: entries.map((entry) => viewTransition(entry, incarnation)),
        cursor: last === undefined ? null : encodeLogCursor(incarnation, last),
      },
      200,
    );
  });

  return routes;
}
