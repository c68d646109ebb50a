/**
 * Sessions in memory as their rows in the file are, so that those that report often are read once.
 * @module
 */
import type { SessionKey, Stored } from "../store.ts";
import { TwoGenerationLru } from "../two-generation-lru.ts";

/** A session as its row was read or written. The lease log may have newer versions of it. */
export interface SessionInRow {
  readonly number: number;
  readonly stored: Stored;
}

/** About a kilobyte each. */
const MAX_CACHED = 4_000;

export class SessionCache {
  /** By id alone: of two accounts that use the same id, one is cached. */
  readonly #sessions = new TwoGenerationLru<SessionInRow & { readonly account: string }>(
    MAX_CACHED,
  );

  get({ account, id }: SessionKey): SessionInRow | undefined {
    const cached = this.#sessions.get(id);
    return cached?.account === account ? cached : undefined;
  }

  set({ account, id }: SessionKey, session: SessionInRow): SessionInRow {
    this.#sessions.set(id, { ...session, account });
    return session;
  }

  delete({ id }: SessionKey): void {
    this.#sessions.delete(id);
  }

  clear(): void {
    this.#sessions.clear();
  }
}
