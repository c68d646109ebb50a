/**
 * A shard's records on SQLite as Node has it, in a shard that relays nothing by itself.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { ACCOUNT } from "../../suite/case.ts";
import { ShardRecords } from "../shard-records.ts";
import { ObjectSql } from "../sql.ts";
import { nodeStorage } from "./node-storage.ts";

export function openShardRecords(database: DatabaseSync, now: number): ShardRecords {
  return new ShardRecords({
    account: ACCOUNT,
    sql: new ObjectSql(nodeStorage(database)),
    now: () => now,
    relay: async () => {},
    isRelayAwaited: () => false,
    mayHold: () => true,
    onDeadlines: () => {},
  });
}
