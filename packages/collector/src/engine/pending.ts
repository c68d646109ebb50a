/**
 * What waits for its turn in the engine, and for its answer.
 * @module
 */
import type { Claim } from "./leases.ts";
import type { Outcome, RenewOutcome, Request } from "./request.ts";

interface Waiting<T> {
  /** Rises with each that arrives. */
  readonly place: number;
  readonly answer: (outcome: T) => void;
  readonly fail: (error: unknown) => void;
}

export interface Pending extends Waiting<Outcome> {
  readonly request: Request;
  /** How often another collector was quicker. */
  conflicts: number;
}

/** A beat that claims a lease. */
export interface PendingBeat extends Waiting<RenewOutcome> {
  readonly claim: Claim;
  readonly seq: number;
  /** Makes the whole request, where the lease does not serve; null: it must be asked with anew. */
  readonly whole: () => Request | null;
}

const LAPSED = { status: "lapsed" } as const;

/** The beat as any other request; null: it has been told that its lease has lapsed. */
export function wholeOf({ place, whole, answer, fail }: PendingBeat): Pending | null {
  const request = whole?.();
  if (request) return { place, request, answer, fail, conflicts: 0 };
  answer(LAPSED);
  return null;
}

/** Requests for one session, in the order in which they came. */
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
