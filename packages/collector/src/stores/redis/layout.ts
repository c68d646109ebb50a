/**
 * What the first collector to start fixes: the number of partitions, because the partition of every
 * stored session depends on it, and the incarnation.
 * @module
 */
import { createIncarnation } from "../incarnation.ts";
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

/** The incarnation that the first collector stored. */
export async function readIncarnation(connection: Connection): Promise<string> {
  const key = COMMON_KEYS.incarnation;
  await connection.command(key, "SET", key, createIncarnation(), "NX");
  return (await connection.command(key, "GET", key)) as string;
}
