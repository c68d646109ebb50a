/**
 * Sessions that are kept in memory as the file's rows have them: those that speak often are read once.
 * @module
 */

import type { SessionKey, Stored } from "../store.ts";
import { TwoGenerationLru } from "../two-generation-lru.ts";

/** A session as its row was read or written. */
export interface Known {
  readonly number: number;
  readonly written: Stored;
}

/** About a kilobyte each. */
const KNOWN_MOST = 4_000;

export class KnownSessions {
  /** By id alone: two accounts that give the same id take turns. */
  readonly #sessions = new TwoGenerationLru<Known & { readonly account: string }>(KNOWN_MOST);

  get({ account, id }: SessionKey): Known | undefined {
    const known = this.#sessions.get(id);
    return known?.account === account ? known : undefined;
  }

  set({ account, id }: SessionKey, { number, written }: Known): Known {
    const kept = { number, written, account };
    this.#sessions.set(id, kept);
    return kept;
  }

  delete({ id }: SessionKey): void {
    this.#sessions.delete(id);
  }

  clear(): void {
    this.#sessions.clear();
  }
}
