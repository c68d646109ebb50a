/**
 * What waits in the engine for its batch, and for its outcome.
 * @module
 */
import type { BeatKey } from "./beat-cache.ts";
import { type BeatOutcome, isElsewhere, type Outcome, type Request } from "./request.ts";

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

/** Gives a request the outcome of the session that its own goes on as; see `Merges`. */
export type Follow = (request: Request, outcome: Outcome) => Promise<Outcome>;

/** The beat as a request for the slow path; null: it was resolved as `missed`. */
export function toSlowPath(beat: PendingBeat, follow: Follow): Pending | null {
  const { arrivalOrder, reject } = beat;
  const request = beat.fullRequest();
  const resolve = (outcome: Outcome) => {
    if (!request || !isElsewhere(outcome)) beat.resolve(outcome);
    // As late as for other requests, so that those that arrive together keep their order.
    else
      Promise.resolve()
        .then(() => follow(request, outcome))
        .then(beat.resolve, reject);
  };
  if (request) return { arrivalOrder, request, resolve, reject, conflicts: 0 };
  beat.resolve({ status: "missed" });
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
