/**
 * `DELETE /v1/users/{id}`: erases all stored data of an end user.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { id } from "../schemas/name.ts";
import type { AppContext, Env } from "./context.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";

const erase = createRoute({
  method: "delete",
  path: "/v1/users/{id}",
  summary: "Erase a user's sessions with their history; an unknown user is not an error",
  ...secured("Erasure", "eraseUser"),
  request: { params: z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) }) },
  responses: jsonResponses(z.object({ erased: z.number() }), "How many sessions were erased"),
});

export function userRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(erase, async (c) => {
    const account = c.var.account.name;
    let erased = 0;
    for (const id of await engine.store.sessionsOf(account, c.req.valid("param").id)) {
      if (await engine.erase({ account, id })) erased += 1;
    }
    return c.json({ erased }, 200);
  });
  return routes;
}
