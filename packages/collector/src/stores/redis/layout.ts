/**
 * What the first collector to start fixes: the number of partitions, because the partition of every
 * stored session depends on it, and the incarnation.
 * @module
 */
import { createIncarnation } from "../incarnation.ts";
import { StoreError } from "../store.ts";
import type { Connection } from "./connection.ts";
import { COMMON_KEYS } from "./keys.ts";

/**
 * @param create set Redis up if it is not
 * @throws {StoreError} if Redis was set up with another number of partitions, or must be and is not.
 */
export async function checkPartitions(
  connection: Connection,
  partitions: number,
  create: boolean,
): Promise<void> {
  const key = COMMON_KEYS.partitions;
  if (create) await connection.command(key, "SET", key, String(partitions), "NX");
  const stored = await connection.command(key, "GET", key);
  if (stored === String(partitions)) return;
  if (stored === null) {
    throw new StoreError("This Redis holds no store yet: create it with `stillhere serve`.");
  }
  throw new StoreError(
    `Sessions in this Redis are spread over ${stored} partitions, which cannot be changed: use ?partitions=${stored}.`,
  );
}

/** 2: sessions have their entries in the indexes of lists. 3: those of terms are shorter. */
const LAYOUT = 3;

/**
 * Brings what is stored to the present layout, by `upgrade` from any earlier one.
 * @throws {StoreError} if a newer version of the collector has stored it.
 */
export async function prepareLayout(
  connection: Connection,
  upgrade: () => Promise<void>,
): Promise<void> {
  const key = COMMON_KEYS.layout;
  const stored = Number((await connection.command(key, "GET", key)) ?? 1);
  if (stored === LAYOUT) return;
  if (stored > LAYOUT) {
    throw new StoreError(
      "This Redis was filled by a newer version of stillhere: upgrade, or name another one with --store.",
    );
  }
  await upgrade();
  await connection.command(key, "SET", key, String(LAYOUT));
}

/** The incarnation that the first collector stored. */
export async function readIncarnation(connection: Connection): Promise<string> {
  const key = COMMON_KEYS.incarnation;
  await connection.command(key, "SET", key, createIncarnation(), "NX");
  return (await connection.command(key, "GET", key)) as string;
}
