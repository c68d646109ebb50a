/**
 * Maps a session to a shard by the hash of its id. The number of shards can grow. A session stays
 * in the shard where it was created, so it is also looked up by each earlier number of shards.
 * @module
 */

/** The numbers of shards that accounts have had so far, ascending; the last one is current. */
export type Layouts = readonly number[];

/** The shards that may have a session; the first is the one in which it would be created. */
export function candidateShards(id: string, layouts: Layouts): readonly number[] {
  const hash = hashOf(id);
  return [...new Set(layouts.map((count) => hash % count).reverse())];
}

/** The current number of shards of an account. */
export function shardCount(layouts: Layouts): number {
  return layouts.at(-1) ?? 1;
}

/** FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  // Without this the low bits of similar ids differ little.
  hash ^= hash >>> 15;
  return hash >>> 0;
}
