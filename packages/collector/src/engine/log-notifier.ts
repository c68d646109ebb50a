/**
 * Notifies readers of an account's log about new entries. A notification carries no entries: each
 * listener reads the log from its own cursor, so a missed notification loses nothing.
 * @module
 */

export class LogNotifier {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls `listener` after each commit to the account's log; returns the unsubscribe function. */
  listen(account: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(account) ?? new Set();
    this.#listeners.set(account, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(account);
    };
  }

  notify(account: string): void {
    for (const listener of this.#listeners.get(account) ?? []) listener();
  }
}
