/**
 * Names of objects: `SPACE:coordinator` and `SPACE:shard/INDEX/ACCOUNT`. An object derives its
 * space, account and index from its own name, because an alarm that wakes it passes no data.
 * @module
 */
import type { ShardName } from "../../stores/durable-object/links.ts";

/** The objects of one deployment share a space. */
export const DEFAULT_SPACE = "stillhere";

export function coordinatorName(space: string): string {
  return `${space}:coordinator`;
}

export function shardName(space: string, { account, index }: ShardName): string {
  return `${space}:shard/${index}/${account}`;
}

export function spaceOf(name: string): string {
  return name.slice(0, name.indexOf(":"));
}

/** @throws if the name is not that of a shard. */
export function parseShardName(name: string): ShardName {
  const [, index, account] = /^[^:]*:shard\/(\d+)\/(.*)$/s.exec(name) ?? [];
  if (account === undefined) throw new Error(`The object ${name} is not a shard.`);
  return { account, index: Number(index) };
}
