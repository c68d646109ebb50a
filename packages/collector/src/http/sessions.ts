/**
 * `/v1/sessions`: the helpdesk creates and updates its conversations here, and reads their status.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Input } from "../core/input.ts";
import { PRESENCES, QUEUE_STANDINGS, REASONS, STATES } from "../core/lists.ts";
import { findSession } from "../engine/merges.ts";
import { storable } from "../schemas/name.ts";
import { LIST_ORDERS, MAX_EXAMINED } from "../stores/list.ts";
import type { DeskContext, Env } from "./context.ts";
import { decodeListCursor, encodeListCursor } from "./list-cursor.ts";
import { answerLists, endOfPage, fittingTexts } from "./list-page.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { idParams, pageQuery, sessionPut, sessionView } from "./schemas.ts";
import { createSessionViewer, viewOne } from "./session-viewer.ts";

const named = storable(z.string().min(1).max(256)).optional();
const changed = z.iso.datetime({ offset: true }).optional();

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

const listFilter = {
  state: z.enum(STATES).optional(),
  presence: z.enum(PRESENCES).optional(),
  queue: z.enum(QUEUE_STANDINGS).optional(),
  reason: z.enum(REASONS).optional(),
  assignee: named.describe("The agent."),
  group: named,
  user: named,
  ticket: named.describe("A ticket's id: the session's own, or that of one of its links."),
  desk: named.describe(
    "Only sessions with a link to this desk; with `ticket`, to that ticket of it.",
  ),
  tag: named.describe("One of the ticket's tags."),
  q: storable(z.string().min(1).max(256))
    .optional()
    .describe(
      "Part of the id or of the name of user, ticket, tag, agent, group or linked conversation; case and accents do not matter.",
    ),
  changedAfter: changed.describe("Only sessions with a later `changedAt`."),
  changedBefore: changed.describe("Only sessions with an earlier `changedAt`."),
  sort: z
    .enum(LIST_ORDERS)
    .default("id")
    .describe(
      "`changed`: by `changedAt`, the earliest first. `waiting`: only sessions in the queue, the longest wait first.",
    ),
};

const LIST_DESCRIPTION = `All filters that are given must hold. \`user\`, \`ticket\`, \`assignee\`, \`sort=waiting\` and the times of change are indexed, at the edge \`user\` and \`ticket\` alone. The others examine one session after the other, at most ${MAX_EXAMINED.toLocaleString("en")} for a page. A session that does not change meanwhile is on exactly one page; with \`sort=changed\` one that changes comes again on a later page, and none is missed.`;

const list = createRoute({
  method: "get",
  path: "/v1/sessions",
  summary: "Find sessions; paginated",
  description: LIST_DESCRIPTION,
  ...secured("Sessions", "listSessions", "invalid_cursor"),
  request: { query: z.object({ ...pageQuery, ...listFilter }) },
  responses: jsonResponses(
    z.object({
      sessions: z.array(sessionView),
      cursor: z.string().nullable().describe("Of the next page; null on the last one."),
      stopped: z
        .boolean()
        .describe(
          `The page ended early, because ${MAX_EXAMINED.toLocaleString("en")} sessions were examined; the cursor continues.`,
        ),
    }),
    "One page; it may have fewer sessions than `limit`, and ends after 1 MiB",
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

export function sessionRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine } = context;
  const settingsOf = (account: string) => engine.broadcasts.latest(account).settings;
  const routes = createRoutes();

  routes.openapi(put, async (c) => {
    const { id } = c.req.valid("param");
    const body = c.req.valid("json");
    const account = c.var.account.name;
    const outcome = await engine.submit({
      key: { account, id },
      inputs: inputsOf(body),
      create: { channel: body.channel ?? DEFAULT_CHANNEL, user: body.user ?? null },
    });
    if (!("session" in outcome)) throw sessionNotFound(id);
    return c.json(await viewOne(context, account, outcome.settings, outcome), 200);
  });

  routes.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const account = c.var.account.name;
    const found = await findSession(engine.store, { account, id });
    if (!found) throw sessionNotFound(id);
    return c.json(await viewOne(context, account, settingsOf(account), found), 200);
  });

  routes.openapi(list, async (c) => {
    const { cursor, limit, ...query } = c.req.valid("query");
    const account = c.var.account.name;
    const { q: text, changedAfter, changedBefore, ...filter } = query;
    const { sessions, next, isCutShort } = await engine.store.list(account, {
      ...filter,
      text,
      changedAfter: instantOf(changedAfter),
      changedBefore: instantOf(changedBefore),
      after: cursor === undefined ? undefined : decodeListCursor(query, cursor),
      limit,
    });
    const all = sessions.map(({ session }) => session);
    const view = await createSessionViewer(context, account, settingsOf(account), all);
    const texts = await fittingTexts(sessions, view);
    const end = endOfPage({ sessions, next }, texts.length, query.sort);
    const rest = {
      cursor: end && encodeListCursor(query, { ...end, counts: [] }),
      stopped: isCutShort && texts.length === sessions.length,
    };
    return answerLists(c, { sessions: texts }, rest) as never;
  });

  routes.openapi(erase, async (c) => {
    const { id } = c.req.valid("param");
    const erased = await engine.erase(
      { account: c.var.account.name, id },
      { by: c.var.principal.actor },
    );
    if (!erased) throw sessionNotFound(id);
    return c.json({ erased: true as const }, 200);
  });

  return routes;
}

function instantOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

export function sessionNotFound(id: string): Problem {
  return new Problem(
    "not_found",
    `There is no session ${id}: create it with PUT /v1/sessions/${id}.`,
  );
}

/** User and assignee come before the ticket: the session must not be queued in between. */
function inputsOf(body: z.infer<typeof sessionPut>): Input[] {
  const { channel, user, links, assignee, ticket } = body;
  const inputs: Input[] = [];
  if (channel !== undefined || user !== undefined || links !== undefined) {
    inputs.push({
      type: "described",
      ...(channel && { channel }),
      ...(user !== undefined && { user }),
      ...(links && { links }),
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
