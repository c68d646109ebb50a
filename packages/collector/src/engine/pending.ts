/**
 * What waits in the engine for its batch, and for its outcome.
 * @module
 */
import type { BeatKey } from "./beat-cache.ts";
import type { BeatOutcome, Outcome, Request } from "./request.ts";

interface Waiting<T> {
  /** Rises with each arrival. */
  readonly arrivalOrder: number;
  readonly resolve: (outcome: T) => void;
  readonly reject: (error: unknown) => void;
}

export interface Pending extends Waiting<Outcome> {
  readonly request: Request;
  /** How often another collector committed first; a conflict on the fast path is not counted. */
  conflicts: number;
}

/** A beat that had a cache entry when it was submitted; its batch finds out whether it still hits. */
export interface PendingBeat extends Waiting<BeatOutcome> {
  readonly key: BeatKey;
  readonly seq: number;
  /** The cache's configuration when the caller checked what a hit does not. */
  readonly configVersion: number;
  /** The full request for the slow path; null where the caller must check and submit it itself. */
  readonly fullRequest: () => Request | null;
}

/** The beat as a request for the slow path; null: it was resolved as `missed`. */
export function toSlowPath(beat: PendingBeat): Pending | null {
  const { arrivalOrder, resolve, reject } = beat;
  const request = beat.fullRequest();
  if (request) return { arrivalOrder, request, resolve, reject, conflicts: 0 };
  resolve({ status: "missed" });
  return null;
}

/** Requests for one session in the order of their arrival. */
export type Group = [Pending, ...Pending[]];

export function groupBySession(batch: readonly Pending[]): readonly Group[] {
  const groups: Group[] = [];
  const byAccount = new Map<string, Map<string, Group>>();
  for (const pending of batch) {
    const { account, id } = pending.request.key;
    const byId = byAccount.get(account) ?? new Map<string, Group>();
    if (byId.size === 0) byAccount.set(account, byId);
    const group = byId.get(id);
    if (group) {
      group.push(pending);
      continue;
    }
    const fresh: Group = [pending];
    byId.set(id, fresh);
    groups.push(fresh);
  }
  return groups;
}
