/**
 * Divides long work over turns of the event loop, so that what arrives meanwhile waits for a part of it
 * only. Promises alone do not: their callbacks all run in the same turn.
 * @module
 */

/** How long work may hold up the event loop in one turn. */
const MAX_TURN_MS = 5;
/** At the edge the clock stands still within a turn, so steps are counted too. */
const MAX_STEPS = 100;

/** Resolves in the next turn of the event loop, after what is ready to run by then. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One piece of work that is done in steps, each of them far shorter than a turn may be. */
export class TurnBudget {
  #startedAt = performance.now();
  #steps = 0;

  /** To be awaited after each step: continues in the next turn where this one was long enough. */
  async step(): Promise<void> {
    this.#steps += 1;
    if (this.#steps < MAX_STEPS && performance.now() - this.#startedAt < MAX_TURN_MS) return;
    await nextTurn();
    this.#startedAt = performance.now();
    this.#steps = 0;
  }
}

/**
 * Work of several callers at the same time, which share what a turn may take: budgets of their own would each
 * use all of it.
 */
export class SharedTurns {
  readonly #budget = new TurnBudget();
  #last: Promise<void> = Promise.resolve();

  /** To be awaited before each step; resolves in the order of the calls, a step of each caller in between. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => this.#budget.step());
    return this.#last;
  }
}
