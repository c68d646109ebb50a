/**
 * Which partition a session belongs to: a fixed share of all sessions, spread evenly, with its own
 * hash slot, deadline index and outbox.
 * @module
 */
import type { SessionKey } from "../store.ts";
import { encodeName } from "./keys.ts";

export const DEFAULT_PARTITIONS = 64;

/** FNV-1a, 32 bits: what is stored depends on it, so it never changes. */
export function partitionOf({ account, id }: SessionKey, partitions: number): number {
  const name = `${encodeName(account)} ${id}`;
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV-1a alone are weak in short names that differ in the last letter only.
  hash ^= hash >>> 15;
  return (hash >>> 0) % partitions;
}
