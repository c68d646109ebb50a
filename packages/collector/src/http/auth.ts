/**
 * Authenticates the server API: a secret key gives access to its own account only.
 * @module
 */
import { createMiddleware } from "hono/factory";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";

export function requireSecretKey({ accounts }: AppContext) {
  return createMiddleware<Env>(async (c, next) => {
    const [scheme, key] = (c.req.header("Authorization") ?? "").split(" ");
    if (scheme?.toLowerCase() !== "bearer" || !key) {
      throw new Problem("key_missing", "Send the header `Authorization: Bearer sk_…`.");
    }
    const account = await accounts.bySecretKey(key);
    if (!account) {
      throw new Problem("key_invalid", "Use a secret key (sk_…) that `stillhere keys` knows.");
    }
    c.set("account", account);
    await next();
  });
}
