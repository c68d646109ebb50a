/**
 * Names of objects: `SPACE:coordinator` and `SPACE:shard/INDEX/ACCOUNT`. An object tells its own from it, so
 * that an alarm that wakes it finds the others.
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

/** @throws if the name is no shard's. */
export function parseShardName(name: string): ShardName {
  const [, index, account] = /^[^:]*:shard\/(\d+)\/(.*)$/s.exec(name) ?? [];
  if (account === undefined) throw new Error(`The object ${name} is no shard.`);
  return { account, index: Number(index) };
}
