/**
 * The history of one session, and of the whole account in commit order.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { TRACKS } from "../core/lists.ts";
import type { LogEntry } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeLogCursor, encodeLogCursor } from "./cursor.ts";
import { answerLists, readListPage } from "./list-page.ts";
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
    const incarnation = await engine.store.incarnation();
    const page = await readListPage<LogEntry>({
      limit: query.limit,
      read: (last, size) => {
        const after = last?.transition.seq ?? query.cursor;
        return engine.store.history(key, after, size, query.track);
      },
      view: (entry) => viewTransition(entry, incarnation),
    });
    const last = page.items.at(-1)?.transition.seq;
    if (last === undefined) {
      const [found] = await engine.store.load([{ key, eventIds: [] }]);
      const exists = found?.stored || found?.unreadable !== undefined;
      if (!exists) throw new Problem("not_found", `There is no session ${id}.`);
    }
    const rest = { cursor: last === undefined ? null : String(last) };
    return answerLists(c, { transitions: page.texts }, rest) as never;
  });

  routes.openapi(ofAccount, async (c) => {
    const query = c.req.valid("query");
    const account = c.var.account.name;
    const after = await decodeLogCursor(engine.store, account, query.after);
    const incarnation = await engine.store.incarnation();
    const page = await readListPage<LogEntry>({
      limit: query.limit,
      read: (last, size) => engine.store.log(account, last?.cursor ?? after, size, query.track),
      view: (entry) => viewTransition(entry, incarnation),
    });
    const last = page.items.at(-1)?.cursor;
    const rest = { cursor: last === undefined ? null : encodeLogCursor(incarnation, last) };
    return answerLists(c, { transitions: page.texts }, rest) as never;
  });

  return routes;
}
