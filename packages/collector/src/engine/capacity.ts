/**
 * Checks whether a returning session still fits its agent's capacity (rule 21). The check spans
 * several sessions, so it is not part of the core, which decides about one session at a time. A
 * session that does not fit is put back into the queue in the same commit.
 * @module
 */
import { holdsCapacity } from "../core/routing.ts";
import type { Store } from "../stores/store.ts";
import type { Outcome } from "./request.ts";
import type { SessionBatch } from "./session-batch.ts";

/**
 * The assigned agent of a session that the user brought back, if it holds capacity again that it
 * had released; `null` if it did not return so, or if later requests of the batch changed that.
 */
export function agentOfReturn(work: SessionBatch, outcomes: readonly Outcome[]): string | null {
  const { session, settings } = work;
  if (settings.capacity.onReturn !== "requeue" || !session) return null;
  if (!outcomes.some(isReturn) || !holdsCapacity(session, settings)) return null;
  return session.assignee;
}

function isReturn(outcome: Outcome): boolean {
  if (outcome.status !== "applied" || !outcome.tookCapacity) return false;
  return outcome.transitions.some(
    ({ cause, from, to }) =>
      (cause === "signal" || cause === "end_user_message") &&
      from.state === "inactive" &&
      to.state === "active",
  );
}

/** Counts the free capacity of agents while the sessions of a batch take it one after the other. */
export class CapacityCounter {
  readonly #store: Store;
  readonly #account: string;
  readonly #available = new Map<string, number>();

  constructor(store: Store, account: string) {
    this.#store = store;
    this.#account = account;
  }

  /** Takes one unit of the agent's capacity; returns false if none was free. */
  async reserve(agent: string): Promise<boolean> {
    const available = this.#available.get(agent) ?? (await this.#count(agent));
    this.#available.set(agent, available - 1);
    return available > 0;
  }

  async #count(agent: string): Promise<number> {
    const capacity = await this.#store.capacityOf(this.#account, agent);
    // An agent without a known capacity is never full.
    if (capacity === null) return Number.POSITIVE_INFINITY;
    if (capacity === 0) return 0;
    const held = { isHeld: true, limit: capacity } as const;
    return capacity - (await this.#store.assignments(this.#account, agent, held)).length;
  }
}
