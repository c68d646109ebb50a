/**
 * Opens the store that an address names.
 * @module
 */
import { type Store, StoreError } from "../stores/store.ts";

export const DEFAULT_STORE = "sqlite:./stillhere.db";

/**
 * Each driver is loaded only when it is used: not every host has `node:sqlite`. Without `create`, a
 * Redis that has no store yet is an error.
 * @throws {StoreError} if the address is invalid or the store cannot be reached.
 */
export async function openStore(address: string, { create = true } = {}): Promise<Store> {
  const { kind, path } = parseStore(address);
  if (kind === "memory") {
    const { MemoryStore } = await import("../stores/memory/memory-store.ts");
    return new MemoryStore();
  }
  if (kind === "sqlite") {
    const { SqliteStore } = await import("../stores/sqlite/sqlite-store.ts");
    return SqliteStore.open(path);
  }
  const { RedisStore } = await import("../stores/redis/redis-store.ts");
  return RedisStore.open(address, { create });
}

/** @throws {StoreError} if the address is invalid. */
export function parseStore(address: string): {
  readonly kind: "memory" | "sqlite" | "redis";
  /** Of an SQLite file. */
  readonly path: string;
} {
  const [, kind, path = ""] = /^([a-z-]+):(.*)$/.exec(address) ?? [];
  if (kind === "memory" || (kind === "sqlite" && path)) return { kind, path };
  if (kind?.startsWith("redis")) return { kind: "redis", path: "" };
  throw new StoreError(
    `--store ${address} is no store: use sqlite:PATH, memory:, redis://… or redis-cluster://….`,
  );
}
