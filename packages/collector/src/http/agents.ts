/**
 * `/v1/agents`: agents with their capacity and the sessions assigned to them.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { TurnBudget } from "../async/turns.ts";
import { createEntry } from "../engine/audit.ts";
import { id } from "../schemas/name.ts";
import type { ListedAgent } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeCursor, encodeCursor, invalidCursor } from "./cursor.ts";
import { answerLists, readListPage } from "./list-page.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";

/** Sessions of an agent that are read together. */
const READ_LIMIT = 500;

const agentView = z
  .object({
    id: z.string(),
    capacity: z
      .number()
      .nullable()
      .describe("How many sessions at a time; null: none was set, and the agent is never full."),
    held: z.number().int().describe("Sessions that take a place now."),
    sessions: z
      .array(z.string())
      .describe("Ids of all sessions assigned to the agent, including those that take no place."),
  })
  .openapi("Agent");

const params = z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) });

const list = createRoute({
  method: "get",
  path: "/v1/agents",
  summary: "Every agent that has a capacity or a session",
  ...secured("Queue and agents", "listAgents", "invalid_cursor"),
  request: {
    query: z.object({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(500)
        .optional()
        .describe("At most this many; missing: as many as a page has room for, which is 1 MiB."),
      cursor: z.string().max(1_024).optional().describe("Of the previous page."),
    }),
  },
  responses: jsonResponses(
    z.object({ agents: z.array(agentView), cursor: z.string().nullable() }),
    "The agents, by id; `cursor` is null on the last page",
  ),
});

const get = createRoute({
  method: "get",
  path: "/v1/agents/{id}",
  summary: "One agent",
  ...secured("Queue and agents", "getAgent", "not_found"),
  request: { params },
  responses: jsonResponses(agentView, "The agent"),
});

const put = createRoute({
  method: "put",
  path: "/v1/agents/{id}",
  summary: "Set how many sessions an agent can hold",
  ...secured("Queue and agents", "putAgent"),
  request: {
    params,
    body: jsonBody(z.strictObject({ capacity: z.number().int().min(0).max(10_000) })),
  },
  responses: jsonResponses(agentView, "The agent"),
});

export function agentRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const { store } = engine;
  const routes = createRoutes();

  /** Reads the sessions of an agent in parts: those that ended stay assigned. */
  async function view(account: string, { id, capacity }: ListedAgent) {
    const budget = new TurnBudget();
    const sessions: string[] = [];
    let held = 0;
    for (;;) {
      const query = { afterSession: sessions.at(-1) ?? "", limit: READ_LIMIT };
      const assigned = await store.assignments(account, id, query);
      for (const { session, capacityHeld } of assigned) {
        sessions.push(session);
        if (capacityHeld) held += 1;
      }
      if (assigned.length < READ_LIMIT) return { id, capacity, held, sessions };
      await budget.step();
    }
  }

  routes.openapi(list, async (c) => {
    const account = c.var.account.name;
    const query = c.req.valid("query");
    const afterId = query.cursor === undefined ? "" : decodeAgent(query.cursor);
    const budget = new TurnBudget();
    const page = await readListPage<ListedAgent>({
      limit: query.limit ?? Number.POSITIVE_INFINITY,
      read: (last, limit) => store.agents(account, { afterId: last?.id ?? afterId, limit }),
      view: async (agent) => {
        await budget.step();
        return view(account, agent);
      },
    });
    const last = page.hasMore ? page.items.at(-1) : undefined;
    const rest = { cursor: last ? encodeCursor(encodeURIComponent(last.id)) : null };
    return answerLists(c, { agents: page.texts }, rest) as never;
  });

  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { id } = c.req.valid("param");
    const agent = await view(account, { id, capacity: await store.capacityOf(account, id) });
    if (agent.capacity === null && agent.sessions.length === 0) {
      throw new Problem(
        "not_found",
        `There is no agent ${id}: create one with PUT /v1/agents/${id}.`,
      );
    }
    return c.json(agent, 200);
  });

  routes.openapi(put, async (c) => {
    const account = c.var.account.name;
    const { id } = c.req.valid("param");
    const agent = { id, capacity: c.req.valid("json").capacity };
    const from = await store.capacityOf(account, id);
    if (from !== agent.capacity) {
      const change = { from: { capacity: from }, to: { capacity: agent.capacity } };
      const by = c.var.principal.actor;
      const entry = { by, action: "agent_changed", target: id, ...change } as const;
      await store.putAgent(account, agent, [createEntry(engine.clock.now(), entry)]);
    }
    return c.json(await view(account, agent), 200);
  });

  return routes;
}

/** @throws {Problem} `invalid_cursor` */
function decodeAgent(cursor: string): string {
  try {
    return decodeURIComponent(decodeCursor(cursor));
  } catch {
    throw invalidCursor();
  }
}
