/**
 * Who sends a request to the server API, and whether their role allows it: the holder of a secret key, or
 * a person who has signed in. Either has access to their own account only.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { keyIdOf, roleOf } from "../engine/accounts.ts";
import { hashOf } from "../engine/keys.ts";
import { actorOf } from "../engine/people.ts";
import type { AppContext, Env, PeopleContext, Principal } from "./context.ts";
import { Problem } from "./problem.ts";
import { publicUrlOf } from "./public-url.ts";
import { includes, ROUTE_ROLES, type RouteRole } from "./roles.ts";
import { requireOwnPage } from "./same-site.ts";
import { readCookie } from "./sign-in-cookie.ts";
import { findSignedOn } from "./sign-on.ts";

/** Requires what the table says of the route; one that is not in the table requires `admin`. */
export function authorize(context: PeopleContext): MiddlewareHandler<Env> {
  return async (c, next) => {
    const required = requiredRole(c);
    if (required !== "none") {
      const principal = await principalOf(context, c);
      c.set("principal", principal);
      c.set("account", principal.account);
      if (!includes(principal.role, required)) {
        await addRefusal(context, c);
        throw roleMissing(required);
      }
    }
    await next();
    // A route may ask for a higher role itself, as settings do.
    if (c.error instanceof Problem && c.error.code === "role_missing") await addRefusal(context, c);
  };
}

async function addRefusal({ refusals }: PeopleContext, c: Context<Env>): Promise<void> {
  const { account, actor, role } = c.var.principal;
  const { method, path } = matchedRoutes(c).at(-1) ?? {};
  const target = `${method} ${path}`;
  const to = { role, problem: "role_missing" };
  await refusals.add(account.name, { action: "request_refused", by: actor, target, to });
}

export function roleMissing(required: string, what = "this"): Problem {
  return new Problem("role_missing", `The role \`${required}\` is required for ${what}.`);
}

/** Where no route matches, a key of any role is told so. */
function requiredRole(c: Context): RouteRole {
  const { method, path } = matchedRoutes(c).at(-1) ?? {};
  if (method === undefined || method === "ALL") return "viewer";
  return ROUTE_ROLES[`${method} ${path}`] ?? "admin";
}

/** A key that is sent goes before a proxy's header, and that before a cookie. */
async function principalOf(context: PeopleContext, c: Context<Env>): Promise<Principal> {
  if (bearerOf(c)) return bySecretKey(context, c);
  const signedOn = await findSignedOn(context, c);
  const cookie = readCookie(c, publicUrlOf(c, context.isProxied));
  if (!signedOn && cookie === undefined) return bySecretKey(context, c);
  // Browsers send both with the requests of other sites' pages, too.
  if (c.req.method !== "GET" && c.req.method !== "HEAD") requireOwnPage(c);
  // The next person at this browser must not find it there.
  c.header("Cache-Control", "no-store");
  return signedOn ?? bySignIn(context, cookie as string);
}

async function bySignIn({ accounts, signIns }: PeopleContext, token: string): Promise<Principal> {
  const found = await signIns.find(token);
  const account = found && accounts.byName(found.account);
  if (!found || !account) {
    throw new Problem("sign_in_required", "Sign in again: the sign-in has ended.");
  }
  const { person } = found;
  const isValid = async () => (await signIns.find(token))?.person.role === person.role;
  return { account, role: person.role, actor: actorOf(person), isValid };
}

async function bySecretKey({ accounts }: AppContext, c: Context<Env>): Promise<Principal> {
  const key = bearerOf(c);
  if (!key)
    throw new Problem("key_missing", "Send the header `Authorization: Bearer sk_…`, or sign in.");
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
