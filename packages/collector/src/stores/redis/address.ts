/**
 * Parses the address of `--store redis://…` into nodes, credentials and options.
 * @module
 */
import { StoreError } from "../store.ts";
import { DEFAULT_PARTITIONS } from "./partition.ts";

export interface RedisAddress {
  /** The server, or some nodes of the cluster. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly isCluster: boolean;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** The number of partitions of the sessions; fixed by the first start. */
  readonly partitions: number;
}

const PATTERN =
  /^(?<scheme>rediss?(?:-cluster)?):\/\/(?:(?<auth>[^@/]*)@)?(?<hosts>[^/?@]+)(?:\/(?<database>\d*))?(?:\?(?<query>.*))?$/;

/** @throws {StoreError} if the address is invalid. */
export function parseRedisAddress(address: string): RedisAddress {
  const groups = PATTERN.exec(address)?.groups;
  if (!groups) throw invalidAddress();
  const { scheme = "", auth, hosts = "", database, query } = groups;
  const isCluster = scheme.endsWith("-cluster");
  const [username = "", ...rest] = auth?.split(":") ?? [];
  const password = rest.join(":");
  const options = new URLSearchParams(query ?? "");
  for (const name of options.keys()) if (name !== "partitions") throw invalidAddress();
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
  if (!host || Number(port ?? 0) > 65_535) throw invalidAddress();
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port ?? 6_379) };
}

// The message omits the address, which may contain a password.
function invalidAddress(): StoreError {
  return new StoreError(
    "--store is not a Redis address: use redis[s]://[user:password@]host:port or redis[s]-cluster://[user:password@]host:port,host:port.",
  );
}
