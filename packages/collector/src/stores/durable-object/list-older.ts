/**
 * Adds the sessions of a shard from before there was a directory to it, a part in each turn.
 * @module
 */
import { nextTurn } from "../../async/turns.ts";
import type { ShardRecords } from "./shard-records.ts";

/** Sessions in a part. */
const PART = 100;

/** @param relay hands what was queued on to the coordinator */
export async function listOlder(
  records: Pick<ShardRecords, "listOlder">,
  relay: () => Promise<void>,
): Promise<void> {
  while (records.listOlder(PART) > 0) {
    await relay();
    await nextTurn();
  }
}
