/**
 * Sessions that are kept in memory as the file has them: those that speak often are read once.
 * @module
 */
import { Recent } from "../recent.ts";
import { renew } from "../../core/lease.ts";
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
  /** By id alone: two accounts that give the same id take turns. */
  readonly #sessions = new Recent<Known & { readonly account: string }>(KNOWN_MOST);

  get({ account, id }: SessionKey): Known | undefined {
    const known = this.#sessions.get(id);
    return known?.account === account ? known : undefined;
  }

  set({ account, id }: SessionKey, known: Known): Known {
    const kept = { ...known, account };
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
