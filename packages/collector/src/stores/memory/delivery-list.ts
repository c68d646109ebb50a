/**
 * The deliveries of one endpoint in the memory store: newest first, of all statuses and of each, and by
 * session.
 * @module
 */
import type { DeliveryStatus } from "../../core/lists.ts";
import type { Delivery, DeliveryQuery, ListedDelivery, SessionName } from "../outbox.ts";
import { SortedList } from "./sorted-list.ts";

type Position = Pick<ListedDelivery, "position">;
const newestFirst = (a: Position, b: Position) => b.position - a.position;

export class DeliveryList {
  readonly #byName = new Map<string, ListedDelivery>();
  readonly #all = new SortedList<Position>(newestFirst);
  readonly #byStatus = new Map<DeliveryStatus, SortedList<Position>>();
  readonly #bySession = new Map<string, Set<ListedDelivery["position"]>>();
  readonly #byPosition = new Map<number, ListedDelivery>();

  get(delivery: SessionName & { readonly seq: number }): ListedDelivery | undefined {
    return this.#byName.get(nameOf(delivery));
  }

  /** Adds a delivery at the position that `next` returns, unless the transition is listed already. */
  put(delivery: Delivery, next: () => number): void {
    const known = this.get(delivery);
    if (known) this.delete(known.position);
    const listed = { ...delivery, position: known?.position ?? next() };
    const { position, status, session } = listed;
    this.#byName.set(nameOf(listed), listed);
    this.#byPosition.set(position, listed);
    this.#all.add(listed);
    this.#listOf(status).add(listed);
    const ofSession = this.#bySession.get(session) ?? new Set();
    this.#bySession.set(session, ofSession.add(position));
  }

  delete(position: number): void {
    const listed = this.#byPosition.get(position);
    if (!listed) return;
    this.#byPosition.delete(position);
    this.#byName.delete(nameOf(listed));
    this.#all.delete(listed);
    this.#listOf(listed.status).delete(listed);
    const ofSession = this.#bySession.get(listed.session);
    ofSession?.delete(position);
    if (ofSession?.size === 0) this.#bySession.delete(listed.session);
  }

  list({ status, beforePosition, limit }: DeliveryQuery): readonly ListedDelivery[] {
    const list = status === undefined ? this.#all : this.#listOf(status);
    const found: ListedDelivery[] = [];
    const before = beforePosition === undefined ? null : { position: beforePosition };
    for (const { position } of list.after(before)) {
      if (found.length === limit) break;
      const listed = this.#byPosition.get(position);
      if (listed) found.push(listed);
    }
    return found;
  }

  /** The positions of a session's deliveries, of every session that had the id. */
  ofSession(session: string): readonly number[] {
    return [...(this.#bySession.get(session) ?? [])];
  }

  #listOf(status: DeliveryStatus): SortedList<Position> {
    const list = this.#byStatus.get(status) ?? new SortedList<Position>(newestFirst);
    this.#byStatus.set(status, list);
    return list;
  }
}

function nameOf({ session, sessionCreatedAt, seq }: SessionName & { readonly seq: number }) {
  return `${session}\n${sessionCreatedAt}\n${seq}`;
}
