/**
 * Notifications from any collector that an account's log has new entries. They contain nothing else
 * and may be missed: subscribers read the log from their own cursor, and also poll it.
 * @module
 */
import type { Connection } from "./connection.ts";
import { COMMON_KEYS, LOG_CHANNEL } from "./keys.ts";

export type LogListener = (account: string) => void;

export class LogNotifications {
  readonly #connection: Connection;
  readonly #listeners = new Set<LogListener>();
  #isListening = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Returns a function that unsubscribes. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    if (!this.#isListening) {
      this.#isListening = true;
      this.#connection.onReopened(() => void this.#notifyAll());
      // If it fails, the link is lost too, and the next link subscribes again.
      this.#connection.subscribe(LOG_CHANNEL, (account) => this.#notify(account)).catch(() => {});
    }
    return () => this.#listeners.delete(listener);
  }

  #notify(account: string): void {
    for (const listener of this.#listeners) listener(account);
  }

  /** Notifies of every account, because messages without a link were missed. */
  async #notifyAll(): Promise<void> {
    const accounts = await this.#connection
      .command(COMMON_KEYS.accounts, "HKEYS", COMMON_KEYS.accounts)
      .catch(() => []);
    for (const account of accounts as string[]) this.#notify(account);
  }
}
