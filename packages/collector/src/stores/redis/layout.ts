/**
 * The check of the number of partitions. The first collector to start fixes it, because the
 * partition of every stored session depends on it.
 * @module
 */
import { StoreError } from "../store.ts";
import type { Connection } from "./connection.ts";
import { COMMON_KEYS } from "./keys.ts";

/** @throws {StoreError} if Redis was set up with another number of partitions. */
export async function checkPartitions(connection: Connection, partitions: number): Promise<void> {
  const key = COMMON_KEYS.partitions;
  await connection.command(key, "SET", key, String(partitions), "NX");
  const stored = await connection.command(key, "GET", key);
  if (stored === String(partitions)) return;
  throw new StoreError(
    `Sessions in this Redis are spread over ${stored} partitions, which cannot be changed: use ?partitions=${stored}.`,
  );
}
