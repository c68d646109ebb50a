/**
 * What a shard can do for lists. It has no index but those of all ids and of sessions that are not over, unless
 * the directory has named sessions: the other orders are sorted by reading these rows.
 * @module
 */
import type { Presence, QueueStanding, State } from "../../core/lists.ts";
import type { Candidate, ListFilter, ListSource } from "../list.ts";
import type { SqlRow } from "../sqlite/database.ts";
import type { Stored } from "../store.ts";
import type { ShardStatements } from "./shard-schema.ts";

/** @param ids the only sessions that can match; `null`: any can */
export function shardLists(
  { listed, walkById, walkLive, walkByChange, walkLiveByChange, walkByWait }: ShardStatements,
  toStored: (row: SqlRow) => Stored,
  ids: readonly string[] | null,
): ListSource {
  const toCandidate = (row: SqlRow): Candidate => ({
    id: row["id"] as string,
    changedAt: row["changed_at"] as number,
    queuedAt: row["queued_at"] as number | null,
    columns: {
      state: row["state"] as State,
      presence: row["presence"] as Presence,
      queue: row["queue"] as QueueStanding,
      assignee: row["assignee"] as string | null,
      group: row["grp"] as string | null,
    },
    get stored() {
      return toStored(row);
    },
  });
  const walks = { id: walkById, changed: walkByChange, waiting: walkByWait };
  const liveWalks = { id: walkLive, changed: walkLiveByChange, waiting: walkByWait };
  return {
    async walk(sort, after, limit, filter) {
      const { at, id } = after ?? { at: 0, id: "" };
      const walk = (isOfLive(filter) ? liveWalks : walks)[sort];
      return walk.all({ at, id, limit }).map(toCandidate);
    },
    async pick() {
      return ids;
    },
    async load(ids) {
      return ids.flatMap((id) => listed.all(id).map(toCandidate));
    },
  };
}

/** No session that is over matches. */
function isOfLive({ state, queue }: ListFilter): boolean {
  return (state !== undefined && state !== "ended") || (queue !== undefined && queue !== "none");
}
