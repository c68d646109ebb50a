/**
 * Authenticates the server API: a secret key gives access to its own account only.
 * @module
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { hashOf } from "../engine/keys.ts";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";

export function requireSecretKey({ accounts }: AppContext) {
  return createMiddleware<Env>(async (c, next) => {
    const key = bearerOf(c);
    if (!key) {
      throw new Problem("key_missing", "Send the header `Authorization: Bearer sk_…`.");
    }
    const hash = await hashOf(key);
    const account = accounts.bySecretHash(hash);
    if (!account) {
      throw new Problem("key_invalid", "Use a secret key (sk_…) that `stillhere keys` knows.");
    }
    c.set("account", account);
    c.set("secretKeyHash", hash);
    await next();
  });
}

/** The token of the header `Authorization: Bearer …`. */
export function bearerOf(c: Context): string | undefined {
  const [scheme, token] = (c.req.header("Authorization") ?? "").split(" ");
  return scheme?.toLowerCase() === "bearer" ? token : undefined;
}
