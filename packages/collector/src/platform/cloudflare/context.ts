/**
 * Creates the context of the HTTP routes at the edge.
 * @module
 */
import type { Accounts } from "../../engine/accounts.ts";
import type { Engine } from "../../engine/engine.ts";
import { SILENT_METER } from "../../engine/meter.ts";
import type { AppContext } from "../../http/context.ts";
import { DEFAULT_LIMITS } from "../../http/rate-limit.ts";
import { createRefusalLog } from "../refusal-log.ts";
import { refuseUrl } from "../webhook-url.ts";
import { type Env, maxSessionsOf } from "./env.ts";
import { postByFetch, requestByFetch } from "./post.ts";

/** One for each isolate. */
const logRefusal = createRefusalLog((entry) => console.warn(JSON.stringify(entry)));

interface Parts {
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly attempts: NonNullable<AppContext["attempts"]>;
  /** Called after endpoints were changed. */
  readonly refreshWebhooks?: () => Promise<void>;
}

export function createContext(
  env: Env,
  { engine, accounts, attempts, refreshWebhooks = async () => {} }: Parts,
): AppContext {
  const isPrivateAllowed = env.STILLHERE_ALLOW_PRIVATE_WEBHOOKS === "true";
  return {
    engine,
    accounts,
    attempts,
    // The SDK and the console are static assets of the deployment.
    assets: new Map(),
    adminSecret: env.STILLHERE_ADMIN_SECRET,
    limits: DEFAULT_LIMITS,
    maxSessions: maxSessionsOf(env),
    meter: SILENT_METER,
    onRefusal: logRefusal,
    webhooks: {
      refuseTarget: async (url) => refuseTarget(url, isPrivateAllowed),
      post: postByFetch,
      deskRequest: requestByFetch,
      refresh: refreshWebhooks,
    },
    addressOf: (c) => addressOf(c.req.raw.headers),
  };
}

/** Of the client, as Cloudflare states it. */
export function addressOf(headers: Headers): string {
  return headers.get("CF-Connecting-IP") ?? "unknown";
}

/** Refuses IP addresses too: the edge's `fetch` reaches public servers only, which have names. */
function refuseTarget(text: string, isPrivateAllowed: boolean): string | null {
  const refused = refuseUrl(text, isPrivateAllowed);
  if (refused !== null || isPrivateAllowed) return refused;
  const isAddress = /^\[|^[\d.]+$/.test(new URL(text).hostname);
  return isAddress ? "Give a name instead of an address." : null;
}
