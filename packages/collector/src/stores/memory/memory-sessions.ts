/**
 * The sessions of one account in the memory store, with the orders in which they are listed.
 * @module
 */
import type { Session } from "../../core/session.ts";
import { Deadlines } from "../deadlines.ts";
import {
  compare,
  type ListFilter,
  type ListOrder,
  type ListPosition,
  positionOf,
  termOf,
  userTerm,
} from "../list.ts";
import { compareNames } from "../name-order.ts";
import { SplitMap } from "../split-map.ts";
import { noSessions, type StateCounts } from "../state-counts.ts";
import type { IndexedColumns, QueueCounts, SessionKey, Stored } from "../store.ts";
import { termHash, termHashesOf } from "../term-hash.ts";
import { PositionList } from "./position-list.ts";
import { SortedList } from "./sorted-list.ts";

export interface SessionRow {
  readonly key: SessionKey;
  /** Replaced by {@link MemorySessions.renew}. */
  stored: Stored;
  readonly columns: IndexedColumns;
  /** `null`: none. An empty set for each session would take more than its place in all orders. */
  readonly eventIds: Set<string> | null;
  readonly number: number;
}

export class MemorySessions {
  readonly rows = new SplitMap<string, SessionRow>();
  readonly deadlines = new Deadlines<string>();
  readonly counts: StateCounts = noSessions();
  /** Those with a session, ascending. */
  readonly agents = new SortedList<string>(compareNames);
  readonly #byId = new SortedList<string>(compare);
  readonly #byChange = new PositionList();
  readonly #queue = new PositionList();
  readonly #queueCounts = new Map<string | null, QueueCounts>();
  readonly #byAgent = new Map<string, SortedList<string>>();
  /** By the hashes of their terms: a list for each term would take as much memory as the session. */
  readonly #byTerm = new PositionList();
  readonly #byEpoch = new Map<number, SortedList<string>>();

  put(row: SessionRow): void {
    const { id } = row.key;
    const before = this.rows.get(id) ?? null;
    this.rows.set(id, row);
    if (!before) this.#byId.add(id);
    const { deadlineAt } = row.stored;
    if (deadlineAt !== null && deadlineAt !== before?.stored.deadlineAt) {
      this.deadlines.add(id, deadlineAt);
    }
    this.#update(id, before, row);
  }

  /** Stores a renewed lease: of all orders it concerns that of deadlines alone. */
  renew(row: SessionRow, stored: Stored): void {
    const { deadlineAt } = stored;
    if (deadlineAt !== null && deadlineAt !== row.stored.deadlineAt) {
      this.deadlines.add(row.key.id, deadlineAt);
    }
    row.stored = stored;
  }

  delete(id: string): void {
    const before = this.rows.get(id);
    if (!before) return;
    this.rows.delete(id);
    this.#byId.delete(id);
    this.#update(id, before, null);
  }

  /** Moves a session in the orders that its change concerns. */
  #update(id: string, before: SessionRow | null, after: SessionRow | null): void {
    const [oldEpoch, epoch] = [before?.stored.epoch, after?.stored.epoch];
    if (oldEpoch !== epoch) {
      if (oldEpoch !== undefined) remove(this.#byEpoch, oldEpoch, id);
      if (epoch !== undefined) add(this.#byEpoch, epoch, id);
    }
    const [old, session] = [before?.stored.session, after?.stored.session];
    if (old?.changedAt !== session?.changedAt) {
      if (old) this.#byChange.delete(positionOf(old, "changed"));
      if (session) this.#byChange.add(positionOf(session, "changed"));
    }
    this.#updateTerms(id, old, session);
    // A renewed lease changes no column.
    if (before?.columns === after?.columns) return;
    if (before) this.counts[before.columns.state] -= 1;
    if (after) this.counts[after.columns.state] += 1;
    if (before) this.#count(before, -1);
    if (after) this.#count(after, 1);
    this.#assign(id, before?.columns.assignee ?? null, after?.columns.assignee ?? null);
  }

  #updateTerms(id: string, before: Session | undefined, after: Session | undefined): void {
    const isSame = before?.ticket === after?.ticket && before?.links === after?.links;
    if (isSame && before?.user === after?.user) return;
    for (const at of before ? termHashesOf(before) : []) this.#byTerm.delete({ at, id });
    for (const at of after ? termHashesOf(after) : []) this.#byTerm.add({ at, id });
  }

  /** Adds a session to the queue and its counts, or removes it with `by` -1. */
  #count({ stored, columns: { queue, group } }: SessionRow, by: 1 | -1): void {
    if (queue === "none") return;
    const position = positionOf(stored.session, "waiting");
    if (by === 1) this.#queue.add(position);
    else this.#queue.delete(position);
    const counts = this.#queueCounts.get(group) ?? { queued: 0, direct: 0 };
    counts[queue] += by;
    this.#queueCounts.set(group, counts);
  }

  #assign(id: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (after !== null) {
      if (!this.#byAgent.has(after)) this.agents.add(after);
      add(this.#byAgent, after, id);
    }
    if (before !== null) {
      remove(this.#byAgent, before, id);
      if (!this.#byAgent.has(before)) this.agents.delete(before);
    }
  }

  /** Ids in an order, behind a position. */
  *idsAfter(sort: ListOrder, after: ListPosition | null): Generator<string> {
    if (sort === "id") yield* this.#byId.after(after?.id ?? null);
    const positions = { id: null, changed: this.#byChange, waiting: this.#queue }[sort];
    for (const { id } of positions?.after(after) ?? []) yield id;
  }

  /** The ids that an index has for the filter; `null` if none helps. */
  idsFor(filter: ListFilter): Iterable<string> | null {
    const term = termOf(filter);
    if (term !== null) return this.#idsOf(term, "");
    if (filter.assignee !== undefined) return this.assignedTo(filter.assignee, null);
    return null;
  }

  assignedTo(agent: string, afterSession: string | null): Iterable<string> {
    return this.#byAgent.get(agent)?.after(afterSession) ?? [];
  }

  *ofUser(user: string, afterId: string | null): Generator<string> {
    for (const id of this.#idsOf(userTerm(user), afterId ?? "")) {
      if (this.rows.get(id)?.stored.session.user === user) yield id;
    }
  }

  /** Those of other terms with the same hash are among them. */
  *#idsOf(term: string, afterId: string): Generator<string> {
    const at = termHash(term);
    for (const position of this.#byTerm.after({ at, id: afterId })) {
      if (position.at !== at) return;
      yield position.id;
    }
  }

  countQueue(group?: string): QueueCounts {
    if (group !== undefined) return { queued: 0, direct: 0, ...this.#queueCounts.get(group) };
    const all = [...this.#queueCounts.values()];
    const sum = (name: keyof QueueCounts) => all.reduce((total, each) => total + each[name], 0);
    return { queued: sum("queued"), direct: sum("direct") };
  }

  /** Sessions that have not applied the broadcast `epoch`. */
  *notCaughtUp(epoch: number): Generator<string> {
    for (const [each, ids] of this.#byEpoch) if (each < epoch) yield* ids.after(null);
  }
}

function add<K>(map: Map<K, SortedList<string>>, key: K, id: string): void {
  const ids = map.get(key) ?? new SortedList<string>(compare);
  map.set(key, ids);
  ids.add(id);
}

function remove<K>(map: Map<K, SortedList<string>>, key: K, id: string): void {
  map.get(key)?.delete(id);
  if (map.get(key)?.size === 0) map.delete(key);
}
