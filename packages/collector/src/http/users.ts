/**
 * `DELETE /v1/users/{id}`: erases all stored data of an end user.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { findToErase } from "../engine/merges.ts";
import { id } from "../schemas/name.ts";
import type { IdPart } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";

const READ_LIMIT = 500;
/**
 * Sessions that are erased together: a store over a network answers them at the same time. The event loop turns in
 * between, since an erasure hashes the session's id in another thread.
 */
const ERASE_LIMIT = 10;

const erase = createRoute({
  method: "delete",
  path: "/v1/users/{id}",
  summary: "Erase a user's sessions with their history; an unknown user is not an error",
  description:
    "The sessions are erased one after the other. Where that ends half way, ask again: the rest is erased.",
  ...secured("Erasure", "eraseUser"),
  request: { params: z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) }) },
  responses: jsonResponses(
    z.object({ erased: z.number() }),
    "How many sessions were erased; those that go on as one count once",
  ),
});

export function userRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(erase, async (c) => {
    const account = c.var.account.name;
    const user = c.req.valid("param").id;
    const by = c.var.principal.actor;
    const erased = new Set<string>();
    // Sessions that go on as one are erased together, and may be found one by one: they have one survivor.
    const eraseOne = async (id: string) => {
      const key = { account, id };
      const survivor = [...(await findToErase(engine.store, key)).keys()].at(-1) ?? id;
      if (await engine.erase(key, { by })) erased.add(survivor);
    };
    for (let after: string | null = null; ; ) {
      const part: IdPart = await engine.store.sessionsOf(account, user, after, READ_LIMIT);
      for (let from = 0; from < part.ids.length; from += ERASE_LIMIT) {
        const some = part.ids.slice(from, from + ERASE_LIMIT);
        await Promise.all(some.map(eraseOne));
      }
      if (part.next === null) break;
      after = part.next;
    }
    return c.json({ erased: erased.size }, 200);
  });
  return routes;
}
