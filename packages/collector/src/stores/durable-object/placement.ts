/**
 * Where a session lives: in the shard that its id falls to. The number of shards can grow; a session
 * stays where it was created, and is looked for among as many shards as there were before.
 * @module
 */

/** Numbers of shards of an account since the beginning, each above the one before. */
export type Layouts = readonly number[];

/** The shards in which a session may be, the one in which it would be created first. */
export function placesOf(id: string, layouts: Layouts): readonly number[] {
  const hash = hashOf(id);
  return [...new Set(layouts.map((count) => hash % count).reverse())];
}

/** How many shards an account has. */
export function shardCount(layouts: Layouts): number {
  return layouts.at(-1) ?? 1;
}

/** FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  // The low bits of neighbouring names differ little without it.
  hash ^= hash >>> 15;
  return hash >>> 0;
}
