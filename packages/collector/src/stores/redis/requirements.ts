/**
 * What a Redis server must be like, and what would only show when it is too late: that it evicts
 * nothing, and passes messages on.
 * @module
 */
import { randomUUID } from "node:crypto";
import { settlesWithin } from "../../async/timeout.ts";
import { type Eviction, StoreError } from "../store.ts";
import { type Connection, RefusedError } from "./connection.ts";
import { PREFIX } from "./keys.ts";
import type { Send } from "./link.ts";

const NOT_KNOWN =
  "Redis does not say whether it evicts data (CONFIG GET and INFO are refused): make sure that its maxmemory-policy is noeviction, or let the user ask (+info).";

/** @throws {StoreError} unless messages reach their subscribers. */
export async function requirePubSub(connection: Connection): Promise<void> {
  const channel = `${PREFIX}probe:${randomUUID()}`;
  const echo = connection.echoes(channel);
  echo.catch(() => {});
  let why = "no message arrived";
  try {
    // The subscription has no limit of its own.
    if ((await settlesWithin(2 * connection.limits.echoMs, echo)) && (await echo)) return;
  } catch (error) {
    if (error instanceof StoreError && !(error instanceof RefusedError)) throw error;
    why = error instanceof Error ? error.message : String(error);
  }
  throw new StoreError(
    `This Redis passes no messages on (${why}), which streams and webhooks need: use a server or proxy with SUBSCRIBE and PUBLISH, and allow them (+@pubsub &stillhere:*).`,
  );
}

/** Whether any primary evicts what has no expiry: those without sessions have accounts or logs. */
export async function evictionOf(connection: Connection): Promise<Eviction> {
  const policies = await connection.ofPrimaries(policyOf);
  const evicting = policies.find((policy) => policy?.startsWith("allkeys-"));
  if (evicting) {
    const message = `Redis evicts data when its memory is full (maxmemory-policy ${evicting}), and with it what was answered: set maxmemory-policy noeviction.`;
    return { mayEvict: true, message };
  }
  if (policies.includes(null)) return { mayEvict: null, message: NOT_KNOWN };
  return { mayEvict: false, message: "" };
}

/** The policy of a node; `null`: it may not be asked. */
async function policyOf(send: Send): Promise<string | null> {
  const config = await ask(send, "CONFIG", "GET", "maxmemory-policy");
  if (Array.isArray(config) && typeof config[1] === "string") return config[1];
  const info = await ask(send, "INFO", "memory");
  return /^maxmemory_policy:(\S+)/m.exec(String(info))?.[1] ?? null;
}

async function ask(send: Send, ...args: readonly string[]) {
  try {
    return await send(args);
  } catch (error) {
    // Managed servers refuse it in words of their own.
    if (error instanceof StoreError && !(error instanceof RefusedError)) throw error;
    return null;
  }
}
