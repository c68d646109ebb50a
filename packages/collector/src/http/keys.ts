/**
 * `/v1/keys`: the account's secret keys with their roles.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { ROLES } from "../core/lists.ts";
import { keyIdOf, MAX_SECRET_KEYS, roleOf } from "../engine/accounts.ts";
import { name } from "../schemas/name.ts";
import type { Account, SecretKey } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { iso, isoOrNull } from "./views.ts";

const MAX_OVERLAP_HOURS = 168;
const DEFAULT_OVERLAP_HOURS = 24;
const HOUR_MS = 3_600_000;

const role = z.enum(ROLES);

const keyView = z
  .object({
    id: z.string().describe("Names the key here and in the audit log."),
    role,
    name: z.string().nullable().describe("What the key is for; null: one of the account's own."),
    hint: z.string().describe("How the key begins.").openapi({ example: "sk_1234" }),
    createdAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable().describe("Null: it is valid until it is revoked."),
  })
  .openapi("Key");

const list = createRoute({
  method: "get",
  path: "/v1/keys",
  summary: "The account's keys; secret ones without the key itself",
  ...secured("Keys", "listKeys"),
  responses: jsonResponses(
    z.object({
      keys: z.array(keyView).describe("Secret keys, newest first."),
      publishableKeys: z.array(
        z.object({ key: z.string(), expiresAt: z.iso.datetime().nullable() }),
      ),
    }),
    "The keys that are valid",
  ),
});

const { 200: created } = jsonResponses(
  keyView.extend({ key: z.string().openapi({ example: "sk_…" }) }).openapi("KeyWithSecret"),
  "The key, which is never shown again",
);
const create = createRoute({
  method: "post",
  path: "/v1/keys",
  summary: "Add a secret key; earlier ones of the same name and role end after the overlap",
  ...secured("Keys", "createKey", "too_many_keys"),
  request: {
    body: jsonBody(
      z.strictObject({
        role: role.default("admin"),
        name: name.optional().describe("What the key is for."),
        overlapHours: z
          .number()
          .int()
          .min(0)
          .max(MAX_OVERLAP_HOURS)
          .default(DEFAULT_OVERLAP_HOURS)
          .describe("How long earlier keys of this name and role stay valid; 0: they end now."),
      }),
    ),
  },
  responses: { 201: created },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/keys/{id}",
  summary: "Revoke a secret key; its streams end",
  ...secured("Keys", "revokeKey", "not_found", "last_admin"),
  request: { params: z.object({ id: name.openapi({ param: { name: "id", in: "path" } }) }) },
  responses: jsonResponses(z.object({ revoked: z.literal(true) }), "The key was revoked"),
});

export function keyRoutes({ accounts }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();

  routes.openapi(list, (c) => {
    const { account } = c.var;
    const publishableKeys = accounts
      .publishableKeys(account)
      .map(({ key, expiresAt }) => ({ key, expiresAt: isoOrNull(expiresAt) }));
    return c.json({ keys: accounts.secretKeys(account).map(viewKey), publishableKeys }, 200);
  });

  routes.openapi(create, async (c) => {
    const { role, name, overlapHours } = c.req.valid("json");
    const wanted = { role, name, overlapMs: overlapHours * HOUR_MS };
    const added = await accounts.addKey(c.var.account.name, wanted, c.var.principal.actor);
    if (added === "full") {
      const detail = `Revoke one: an account may have ${MAX_SECRET_KEYS} secret keys.`;
      throw new Problem("too_many_keys", detail);
    }
    if (added === null) throw accountNotFound(c.var.account);
    return c.json({ ...viewKey(added.key), key: added.secret }, 201);
  });

  routes.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    const outcome = await accounts.revokeKey(c.var.account.name, id, c.var.principal.actor);
    if (outcome === null) throw new Problem("not_found", `There is no valid key ${id}.`);
    if (outcome === "last_admin") {
      const detail = "Add another key with the role `admin` first: this is the last one.";
      throw new Problem("last_admin", detail);
    }
    return c.json({ revoked: true as const }, 200);
  });

  return routes;
}

function viewKey(key: SecretKey): z.infer<typeof keyView> {
  return {
    id: keyIdOf(key),
    role: roleOf(key),
    name: key.name ?? null,
    hint: key.hint,
    createdAt: key.createdAt === undefined ? null : iso(key.createdAt),
    expiresAt: isoOrNull(key.expiresAt),
  };
}

function accountNotFound({ name }: Account): Problem {
  return new Problem("not_found", `There is no account ${name} any more.`);
}
