/**
 * What the routes are given at the edge.
 * @module
 */
import type { Accounts } from "../../engine/accounts.ts";
import type { Engine } from "../../engine/engine.ts";
import { SILENT_METER } from "../../engine/meter.ts";
import type { Room } from "../../http/context.ts";
import { DEFAULT_LIMITS } from "../../http/rate-limit.ts";
import type { Env } from "./env.ts";
import { refuseUrl } from "./webhook-url.ts";

const SESSIONS_MOST = 10_000_000;

/** `refreshWebhooks`: endpoints were changed, look at once. */
export function createRoom(
  env: Env,
  engine: Engine,
  accounts: Accounts,
  refreshWebhooks: () => Promise<void> = async () => {},
): Room {
  const isPrivateAllowed = env.STILLHERE_ALLOW_PRIVATE_WEBHOOKS === "true";
  return {
    engine,
    accounts,
    // The SDK and the console are static assets of the deployment.
    assets: new Map(),
    limits: DEFAULT_LIMITS,
    sessionsMost: Number(env.STILLHERE_MAX_SESSIONS ?? SESSIONS_MOST),
    meter: SILENT_METER,
    webhooks: {
      refuseTarget: async (url) => refuseUrl(url, isPrivateAllowed),
      refresh: refreshWebhooks,
    },
    addressOf: (c) => c.req.header("CF-Connecting-IP") ?? "unknown",
  };
}
