/**
 * `GET /v1/setup/attempts`: why signals of the account were refused lately.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppContext, Env } from "./context.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { iso } from "./views.ts";

const CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

const list = createRoute({
  method: "get",
  path: "/v1/setup/attempts",
  summary: "The last 20 kinds of refused signals of the account, as this process remembers them",
  description: "At the edge those of all Workers, a second or so after they were refused.",
  ...secured("Settings", "listSetupAttempts"),
  responses: jsonResponses(
    z.object({
      attempts: z.array(
        z
          .object({
            code: z.enum(CODES),
            origin: z.string().nullable().describe("Of the page; null: there was none."),
            count: z.number().int().describe("Since the process has started."),
            lastAt: z.iso.datetime(),
          })
          .openapi("SetupAttempt"),
      ),
    }),
    "The latest first",
  ),
});

export function setupRoutes({ attempts }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(list, (c) => {
    const found = attempts?.of?.(c.var.account.name) ?? [];
    return c.json({ attempts: found.map((each) => ({ ...each, lastAt: iso(each.lastAt) })) }, 200);
  });
  return routes;
}
