/**
 * `GET /v1/queue`: the sessions that wait for an agent, in order.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { PRESENCES, type QueueStanding, STATES } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import type { Engine } from "../engine/engine.ts";
import { storable } from "../schemas/name.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeListCursor, encodeListCursor } from "./list-cursor.ts";
import { answerLists, endOfPage, fittingTexts } from "./list-page.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { pageQuery } from "./schemas.ts";
import { isoOrNull, viewSession } from "./views.ts";

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
  ...secured("Queue and agents", "getQueue", "invalid_cursor"),
  request: { query: z.object({ ...pageQuery, group: storable(z.string().max(256)).optional() }) },
  responses: jsonResponses(
    z.object({
      queued: z.array(waiting),
      direct: z.array(waiting),
      total: z.number().int().describe("Sessions in `queued`, on all pages."),
      directTotal: z.number().int().describe("Sessions in `direct`, on all pages."),
      cursor: z.string().nullable().describe("Of the next page; null on the last one."),
      unheardSince: z.iso
        .datetime()
        .nullable()
        .describe(
          "Since then no signal of the account arrives (at the edge, of one of its shards), so presence may be outdated; null otherwise.",
        ),
    }),
    "One page of the current queue; both lists together have at most `limit` sessions, and end after 1 MiB",
  ),
});

export function queueRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { cursor, limit, ...query } = c.req.valid("query");
    const { settings } = engine.broadcasts.latest(account);
    const after = cursor === undefined ? undefined : decodeListCursor(query, cursor);
    const [queuedBefore = 0, directBefore = 0] = after?.counts ?? [];
    const { sessions, next } = await engine.store.list(account, {
      ...query,
      sort: "waiting",
      after,
      limit,
    });
    const { queued: total, direct: directTotal } = await engine.store.countQueue(
      account,
      query.group,
    );
    const now = engine.clock.now();
    const positions = { none: 0, queued: queuedBefore, direct: directBefore };
    const standings: QueueStanding[] = [];
    const texts = await fittingTexts(sessions, ({ session }) => {
      const { queue, ...view } = viewWaiting(session, settings, now);
      standings.push(queue);
      positions[queue] += 1;
      return { position: positions[queue], ...view };
    });
    const textsOf = (standing: QueueStanding) =>
      texts.filter((_, index) => standings[index] === standing);
    const [queued, direct] = [textsOf("queued"), textsOf("direct")];
    const counts = [queuedBefore + queued.length, directBefore + direct.length];
    const end = endOfPage({ sessions, next }, texts.length, "waiting");
    const rest = {
      total,
      directTotal,
      cursor: end && encodeListCursor(query, { ...end, counts }),
      unheardSince: isoOrNull(unheardSince(engine, account)),
    };
    return answerLists(c, { queued, direct }, rest) as never;
  });
  return routes;
}

function unheardSince(engine: Engine, account: string): number | null {
  const { clock } = engine;
  const unheard = engine.unheardAccounts(clock.steady());
  const period = unheard.find((each) => each.account === account);
  return period ? clock.timeOf(period.since) : null;
}

function viewWaiting(session: Session, settings: Settings, now: number) {
  const { id, user, presence, state, queue, queuedAt, ticket } = viewSession(session, settings);
  const waitedMs = now - (session.queuedAt ?? now);
  const waitingSeconds = Math.max(0, Math.round(waitedMs / 1000));
  return { session: id, user, presence, state, queue, queuedAt, waitingSeconds, ticket };
}
