/**
 * Who sends a request to the server API, and whether their role allows it. A secret key gives access to
 * its own account only.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { keyIdOf, roleOf } from "../engine/accounts.ts";
import { hashOf } from "../engine/keys.ts";
import type { AppContext, Env, Principal } from "./context.ts";
import { Problem } from "./problem.ts";
import { includes, ROUTE_ROLES, type RouteRole } from "./roles.ts";

/** Requires what the table says of the route; one that is not in the table requires `admin`. */
export function authorize(context: AppContext): MiddlewareHandler<Env> {
  return async (c, next) => {
    const required = requiredRole(c);
    if (required !== "none") {
      const principal = await bySecretKey(context, c);
      if (!includes(principal.role, required)) throw roleMissing(required);
      c.set("principal", principal);
      c.set("account", principal.account);
    }
    await next();
  };
}

export function roleMissing(required: string, what = "this"): Problem {
  return new Problem("role_missing", `Use a key with the role \`${required}\` for ${what}.`);
}

/** Where no route matches, a key of any role is told so. */
function requiredRole(c: Context): RouteRole {
  const { method, path } = matchedRoutes(c).at(-1) ?? {};
  if (method === undefined || method === "ALL") return "viewer";
  return ROUTE_ROLES[`${method} ${path}`] ?? "admin";
}

async function bySecretKey({ accounts }: AppContext, c: Context<Env>): Promise<Principal> {
  const key = bearerOf(c);
  if (!key) throw new Problem("key_missing", "Send the header `Authorization: Bearer sk_…`.");
  const hash = await hashOf(key);
  const account = accounts.bySecretHash(hash);
  const found = account && accounts.secretKey(account, hash);
  if (!account || !found) {
    throw new Problem("key_invalid", "Use a secret key (sk_…) that `stillhere keys` knows.");
  }
  const isValid = () => accounts.bySecretHash(hash) !== null;
  const actor = { key: keyIdOf(found), name: found.name ?? found.hint };
  return { account, role: roleOf(found), actor, isValid };
}

/** The token of the header `Authorization: Bearer …`. */
export function bearerOf(c: Context): string | undefined {
  const [scheme, token] = (c.req.header("Authorization") ?? "").split(" ");
  return scheme?.toLowerCase() === "bearer" ? token : undefined;
}
