/**
 * What a returning session does to an agent who is full (rule 21). It concerns several sessions at
 * once, so it stands beside the core: the core says what a session takes, this says whether there is
 * room for it, and puts it back into the queue in the same commit if there is none.
 * @module
 */
import { holdsCapacity } from "../core/routing.ts";
import type { Store } from "../stores/store.ts";
import type { Outcome } from "./request.ts";
import type { SessionBatch } from "./session-batch.ts";

/**
 * The agent to whom a session came back, by the user's own doing and with a place of capacity that it
 * had released; null: nothing of the kind, or the batch has moved on since.
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

/** Counts what each agent of a batch holds, and answers for one session after another. */
export class CapacityCounter {
  readonly #store: Store;
  readonly #account: string;
  readonly #left = new Map<string, number>();
  #capacities: ReadonlyMap<string, number> | null = null;

  constructor(store: Store, account: string) {
    this.#store = store;
    this.#account = account;
  }

  /** Takes a place of the agent for a session; false: there is none left. */
  async reserve(agent: string): Promise<boolean> {
    const left = this.#left.get(agent) ?? (await this.#count(agent));
    this.#left.set(agent, left - 1);
    return left > 0;
  }

  async #count(agent: string): Promise<number> {
    this.#capacities ??= new Map(
      (await this.#store.agents(this.#account)).map(({ id, capacity }) => [id, capacity]),
    );
    const capacity = this.#capacities.get(agent);
    // An agent of whom no capacity is known is never full.
    if (capacity === undefined) return Number.POSITIVE_INFINITY;
    const held = await this.#store.assignments(this.#account, agent);
    return capacity - held.filter(({ capacityHeld }) => capacityHeld).length;
  }
}
