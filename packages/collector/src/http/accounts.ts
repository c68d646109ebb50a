/**
 * `/v1/accounts`: the accounts of a deployment at the edge, where there is no command. They require the
 * deployment's own secret.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { hashOf, isSameHash } from "../engine/keys.ts";
import { bearerOf } from "./auth.ts";
import type { AppContext, Env } from "./context.ts";
import { opened } from "./operation.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses } from "./route.ts";
import { iso } from "./views.ts";

const PATH = "/v1/accounts";
/** In the audit log. */
const BY = { cli: "deployment" };

const name = z.string().regex(/^[\w.-]{1,64}$/, "may have letters, digits, `_`, `.` and `-`.");

const list = createRoute({
  method: "get",
  path: PATH,
  summary: "The accounts of the deployment; at the edge, with its secret STILLHERE_ADMIN_SECRET",
  ...opened("Keys", "listAccounts", "key_missing", "key_invalid"),
  responses: jsonResponses(
    z.object({ accounts: z.array(z.object({ name, createdAt: z.iso.datetime() })) }),
    "The accounts, by name",
  ),
});

const { 200: created } = jsonResponses(
  z.object({
    name,
    publishableKey: z.string().openapi({ example: "pk_…" }),
    secretKey: z.string().openapi({ example: "sk_…" }),
    tokenSecret: z.string().openapi({ example: "ts_…" }),
  }),
  "The account, with its keys, which are never shown again",
);
const create = createRoute({
  method: "post",
  path: PATH,
  summary: "Create an account; at the edge, with the deployment's secret STILLHERE_ADMIN_SECRET",
  ...opened("Keys", "createAccount", "key_missing", "key_invalid", "account_exists"),
  request: { body: jsonBody(z.strictObject({ name })) },
  responses: { 201: created },
});

/** @param adminSecret the deployment's secret */
export function accountRoutes({ accounts }: AppContext, adminSecret: string): OpenAPIHono<Env> {
  const routes = createRoutes();

  async function requireSecret(c: Context): Promise<void> {
    const given = bearerOf(c);
    if (given === undefined) {
      throw new Problem("key_missing", "Send the deployment's STILLHERE_ADMIN_SECRET as a bearer.");
    }
    if (isSameHash(await hashOf(given), await hashOf(adminSecret))) return;
    throw new Problem("key_invalid", "Use the deployment's secret STILLHERE_ADMIN_SECRET.");
  }

  // Before the body is read.
  routes.use(PATH, async (c, next) => {
    await requireSecret(c);
    await next();
  });

  routes.openapi(list, (c) => {
    const all = accounts.all().map(({ name, createdAt }) => ({ name, createdAt: iso(createdAt) }));
    return c.json({ accounts: all.sort((a, b) => (a.name < b.name ? -1 : 1)) }, 200);
  });

  routes.openapi(create, async (c) => {
    const { name } = c.req.valid("json");
    const keys = await accounts.create(name, BY);
    if (!keys) throw new Problem("account_exists", "Choose another name: there is this account.");
    return c.json({ name, ...keys }, 201);
  });

  return routes;
}
