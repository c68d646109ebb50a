/**
 * Over how many partitions sessions are spread is decided once, by whoever starts first: where a
 * session lies depends on it.
 * @module
 */
import { StoreError } from "../store.ts";
import type { Connection } from "./connection.ts";
import { COMMON } from "./keys.ts";

/** @throws {StoreError} if sessions are spread otherwise already. */
export async function checkPartitions(connection: Connection, partitions: number): Promise<void> {
  const key = COMMON.partitions;
  await connection.command(key, "SET", key, String(partitions), "NX");
  const kept = await connection.command(key, "GET", key);
  if (kept === String(partitions)) return;
  throw new StoreError(
    `Sessions in this Redis are spread over ${kept} partitions, which cannot be changed: use ?partitions=${kept}.`,
  );
}
