/**
 * Sessions that are kept in memory as the file has them: those that speak often are read once.
 * @module
 */
import { renew } from "../renewal.ts";
import type { SessionKey, Stored } from "../store.ts";
import type { Renewed } from "./renewals.ts";

/** A session as it was read or written, and what was heard of it since. */
export interface Known {
  readonly number: number;
  readonly written: Stored;
  renewed: Renewed | undefined;
}

/** About a kilobyte each. */
const KNOWN_MOST = 50_000;

/** What is known last of a session's version and deadline. */
export function newest({ written, renewed }: Known): Stored | Renewed {
  return renewed && renewed.version > written.version ? renewed : written;
}

export function current(known: Known): Stored {
  const { written, renewed } = known;
  if (!renewed || renewed.version <= written.version) return written;
  const { version, deadlineAt } = renewed;
  const { shadow, epoch } = written;
  return { session: renew(written.session, renewed), shadow, version, epoch, deadlineAt };
}

export class KnownSessions {
  /** By account and id: to look up two names is quicker than to make one of them. */
  readonly #accounts = new Map<string, Map<string, Known>>();
  #size = 0;

  get({ account, id }: SessionKey): Known | undefined {
    return this.#accounts.get(account)?.get(id);
  }

  set({ account, id }: SessionKey, known: Known): void {
    const sessions = this.#accounts.get(account) ?? new Map<string, Known>();
    if (!sessions.has(id)) {
      if (this.#size >= KNOWN_MOST) this.#dropOldest();
      this.#size += 1;
    }
    this.#accounts.set(account, sessions.set(id, known));
  }

  delete({ account, id }: SessionKey): void {
    if (this.#accounts.get(account)?.delete(id)) this.#size -= 1;
  }

  clear(): void {
    this.#accounts.clear();
    this.#size = 0;
  }

  #dropOldest(): void {
    const [oldest] = this.#accounts;
    if (!oldest) return;
    const [account, sessions] = oldest;
    for (const id of sessions.keys()) {
      this.delete({ account, id });
      break;
    }
    if (sessions.size === 0) this.#accounts.delete(account);
  }
}
