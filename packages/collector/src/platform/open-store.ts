/**
 * Opens the store that an address names.
 * @module
 */
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { RedisStore } from "../stores/redis/redis-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import { type Store, StoreError } from "../stores/store.ts";

export const DEFAULT_STORE = "sqlite:./stillhere.db";

/** @throws {StoreError} if the address is invalid or the store cannot be reached. */
export async function openStore(address: string): Promise<Store> {
  const [, kind, rest] = /^([a-z-]+):(.*)$/.exec(address) ?? [];
  if (kind === "memory") return new MemoryStore();
  if (kind === "sqlite" && rest) return new SqliteStore(rest);
  if (kind?.startsWith("redis")) return RedisStore.open(address);
  throw new StoreError(
    `--store ${address} is no store: use sqlite:PATH, memory:, redis://… or redis-cluster://….`,
  );
}
