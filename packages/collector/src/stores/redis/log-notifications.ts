/**
 * Word from any collector that an account's log has something new. It carries nothing else, and may
 * be missed: whoever hears it reads the log from where they are, and does so now and then anyway.
 * @module
 */
import type { Connection } from "./connection.ts";
import { COMMON, LOG_CHANNEL } from "./keys.ts";

export type LogListener = (account: string) => void;

export class LogNotifications {
  readonly #connection: Connection;
  readonly #listeners = new Set<LogListener>();
  #isListening = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Returns the way to stop. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    if (!this.#isListening) {
      this.#isListening = true;
      this.#connection.onReopened(() => void this.#notifyAll());
      // Where it fails, the link is lost too, and listened to again with the next.
      this.#connection.listen(LOG_CHANNEL, (account) => this.#notify(account)).catch(() => {});
    }
    return () => this.#listeners.delete(listener);
  }

  #notify(account: string): void {
    for (const listener of this.#listeners) listener(account);
  }

  /** Whatever came while there was no link has been missed. */
  async #notifyAll(): Promise<void> {
    const accounts = await this.#connection
      .command(COMMON.accounts, "HKEYS", COMMON.accounts)
      .catch(() => []);
    for (const account of accounts as string[]) this.#notify(account);
  }
}
