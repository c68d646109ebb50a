/**
 * The assignment of sessions to partitions. A partition is a fixed, even share of all sessions with
 * its own hash slot, deadline index and relay queues.
 * @module
 */
import type { SessionKey } from "../store.ts";
import { encodeName } from "./keys.ts";

export const DEFAULT_PARTITIONS = 64;

/** 32-bit FNV-1a of account and id. It must never change, because stored data depends on it. */
export function partitionOf({ account, id }: SessionKey, partitions: number): number {
  const name = `${encodeName(account)} ${id}`;
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV-1a are weak for short names that differ only in the last letter.
  hash ^= hash >>> 15;
  return (hash >>> 0) % partitions;
}
