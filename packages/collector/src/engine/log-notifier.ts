/**
 * Tells readers of an account's log that there is something new to read. It carries no entries:
 * whoever listens reads the log from its own cursor, so a missed call loses nothing.
 * @module
 */

export class LogNotifier {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls `listener` after each commit to the account's log; returns the way to stop it. */
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
