/**
 * Opens what tests need of a Redis server, which on a busy machine may stand still for seconds.
 * @module
 */
import { parseRedisAddress } from "../address.ts";
import { Connection, type ConnectionLimits } from "../connection.ts";
import { type OpenOptions, RedisStore } from "../redis-store.ts";

const MINUTE_MS = 60_000;

/** Limits that only a server exceeds that is down. */
export const PATIENT: ConnectionLimits = {
  replyMs: MINUTE_MS,
  openMs: MINUTE_MS,
  connectMs: MINUTE_MS,
  echoMs: MINUTE_MS,
};

/** Options of servers that no test restarts: a slow disk would hold up their replies. */
export const WITHOUT_FILES = ["--appendonly", "no"] as const;

/** Options of clusters in which no primary is replaced because it stands still. */
export const STEADY_CLUSTER = { nodeTimeoutMs: MINUTE_MS, options: WITHOUT_FILES } as const;

export function openRedisStore(address: string, options: OpenOptions = {}): Promise<RedisStore> {
  return RedisStore.open(address, { limits: PATIENT, ...options });
}

export function openConnection(address: string): Promise<Connection> {
  return Connection.open(parseRedisAddress(address), PATIENT);
}
