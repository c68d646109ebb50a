/**
 * Notifies readers of an account's log about new entries. A notification carries no entries: each
 * listener reads the log from its own cursor, so a missed notification loses nothing. Many listeners
 * are called in several turns of the event loop, since each of them reads.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";

export class LogNotifier {
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Those to call, in order; each once, however many commits there were. */
  readonly #due = new Set<() => void>();
  #isRunning = false;

  /** Calls `listener` after each commit to the account's log; returns the unsubscribe function. */
  listen(account: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(account) ?? new Set();
    this.#listeners.set(account, listeners.add(listener));
    return () => {
      this.#due.delete(listener);
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(account);
    };
  }

  notify(account: string): void {
    for (const listener of this.#listeners.get(account) ?? []) this.#due.add(listener);
    if (!this.#isRunning) void this.#callDue();
  }

  async #callDue(): Promise<void> {
    this.#isRunning = true;
    const budget = new TurnBudget();
    for (const listener of this.#due) {
      this.#due.delete(listener);
      listener();
      await budget.step();
    }
    this.#isRunning = false;
  }
}
