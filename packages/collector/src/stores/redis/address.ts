/**
 * From `--store redis://…` to where to connect, and as whom.
 * @module
 */
import { StoreError } from "../store.ts";
import { DEFAULT_PARTITIONS } from "./partition.ts";

export interface RedisAddress {
  /** One, or some nodes of a cluster. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly isCluster: boolean;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** Into how many parts sessions are spread; fixed by the first start. */
  readonly partitions: number;
}

const PATTERN =
  /^(?<scheme>rediss?(?:-cluster)?):\/\/(?:(?<auth>[^@/]*)@)?(?<hosts>[^/?@]+)(?:\/(?<database>\d*))?(?:\?(?<query>.*))?$/;

/** @throws {StoreError} if it is no address. */
export function parseRedisAddress(address: string): RedisAddress {
  const groups = PATTERN.exec(address)?.groups;
  if (!groups) throw refusal();
  const { scheme = "", auth, hosts = "", database, query } = groups;
  const isCluster = scheme.endsWith("-cluster");
  const [username = "", ...rest] = auth?.split(":") ?? [];
  const password = rest.join(":");
  const options = new URLSearchParams(query ?? "");
  for (const name of options.keys()) if (name !== "partitions") throw refusal();
  const partitions = Number(options.get("partitions") ?? DEFAULT_PARTITIONS);
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 4_096) {
    throw new StoreError("--store: partitions must be a whole number from 1 to 4096.");
  }
  if (isCluster && database) throw new StoreError("--store: a Redis Cluster has no databases.");
  return {
    nodes: hosts.split(",").map(parseHost),
    isCluster,
    tls: scheme.startsWith("rediss"),
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    database: Number(database || 0),
    partitions,
  };
}

function parseHost(text: string): RedisAddress["nodes"][number] {
  const [, host, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (!host || Number(port ?? 0) > 65_535) throw refusal();
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port ?? 6_379) };
}

// The address itself may hold a password, so it is not repeated.
function refusal(): StoreError {
  return new StoreError(
    "--store is no Redis address: use redis[s]://[user:password@]host:port or redis[s]-cluster://[user:password@]host:port,host:port.",
  );
}
