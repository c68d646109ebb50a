/**
 * `POST /v1/tokens`: mints session tokens for servers that do not sign them themselves.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createEntry } from "../engine/audit.ts";
import { id } from "../schemas/name.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import type { AppContext, Env, Principal } from "./context.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { sessionId } from "./schemas.ts";
import { DEFAULT_TTL_SECONDS, MAX_TTL_SECONDS, mintToken } from "./session-token.ts";
import { iso } from "./views.ts";

const post = createRoute({
  method: "post",
  path: "/v1/tokens",
  summary: "Mint a token that authorizes a page for one session",
  ...secured("Tokens", "createToken"),
  request: {
    body: jsonBody(
      z.strictObject({
        session: sessionId,
        user: id.nullish(),
        ttlSeconds: z
          .number()
          .int()
          .min(1)
          .max(MAX_TTL_SECONDS)
          .default(DEFAULT_TTL_SECONDS)
          .describe("Lifetime."),
      }),
    ),
  },
  responses: jsonResponses(
    z.object({ token: z.string(), expiresAt: z.iso.datetime() }),
    "The token",
  ),
});

export function tokenRoutes({ engine, accounts }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();

  /** Servers mint a token for each page that is opened; a person does so by hand, and could act as its visitor. */
  async function recordPerson({ account, actor: by }: Principal, id: string, now: number) {
    if (!("person" in by)) return;
    const target = await erasureHashOf({ account: account.name, id });
    const entry = createEntry(now, { by, action: "token_minted", target });
    await engine.store.admin.commit(account.name, [], [entry]);
  }

  routes.openapi(post, async (c) => {
    const { session, user, ttlSeconds } = c.req.valid("json");
    const wanted = { session, user: user ?? null, ttlSeconds };
    const now = engine.clock.now();
    await recordPerson(c.var.principal, session, now);
    const { token, expiresAt } = await mintToken(accounts, c.var.account, wanted, now);
    return c.json({ token, expiresAt: iso(expiresAt) }, 200);
  });
  return routes;
}
