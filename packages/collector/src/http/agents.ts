/**
 * `/v1/agents`: agents with their capacity and the sessions assigned to them.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { id } from "../schemas/name.ts";
import type { Agent, Assignment } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";

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
  ...secured("Queue and agents", "listAgents"),
  responses: jsonResponses(z.object({ agents: z.array(agentView) }), "The agents, by id"),
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

  routes.openapi(list, async (c) => {
    const account = c.var.account.name;
    const agents = await store.agents(account);
    const assignments = await store.assignments(account);
    const ids = new Set(
      [...agents, ...assignments.map(({ agent }) => ({ id: agent }))].map(({ id }) => id),
    );
    return c.json({ agents: [...ids].sort().map((id) => view(id, agents, assignments)) }, 200);
  });

  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { id } = c.req.valid("param");
    const agents = await store.agents(account);
    const assignments = await store.assignments(account, id);
    if (assignments.length === 0 && !agents.some((agent) => agent.id === id)) {
      throw new Problem(
        "not_found",
        `There is no agent ${id}: create one with PUT /v1/agents/${id}.`,
      );
    }
    return c.json(view(id, agents, assignments), 200);
  });

  routes.openapi(put, async (c) => {
    const account = c.var.account.name;
    const { id } = c.req.valid("param");
    const agent = { id, capacity: c.req.valid("json").capacity };
    await store.putAgent(account, agent);
    return c.json(view(id, [agent], await store.assignments(account, id)), 200);
  });

  return routes;
}

function view(id: string, agents: readonly Agent[], assignments: readonly Assignment[]) {
  const own = assignments.filter(({ agent }) => agent === id);
  return {
    id,
    capacity: agents.find((agent) => agent.id === id)?.capacity ?? null,
    held: own.filter(({ capacityHeld }) => capacityHeld).length,
    sessions: own.map(({ session }) => session),
  };
}
