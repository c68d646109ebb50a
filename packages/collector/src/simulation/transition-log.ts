/**
 * The transitions of each account in the order in which the store took them: what streams and webhooks
 * have to bring.
 * @module
 */

import type { Transition } from "../core/transition.ts";
import type { SessionKey } from "../stores/store.ts";

export interface Logged {
  readonly id: string;
  readonly index: number;
  readonly session: string;
  /** The session's name and creation: an erased one may have had the same name. */
  readonly life: string;
  readonly transition: Transition;
  /** When it was stored, in steady time. */
  readonly at: number;
  /** Erased since, so it need not arrive any more. */
  isErased: boolean;
}

/** A transition may take so long to its receivers even without faults. */
const ON_ITS_WAY_MS = 20_000;

export class TransitionLog {
  readonly entries: Logged[] = [];
  readonly #byId = new Map<string, Logged>();

  append(id: string, key: SessionKey, createdAt: number, transition: Transition, at: number): void {
    const index = this.entries.length;
    const life = `${key.id} ${createdAt}`;
    const entry = { id, index, session: key.id, life, transition, at, isErased: false };
    this.entries.push(entry);
    this.#byId.set(id, entry);
  }

  find(id: string): Logged | null {
    return this.#byId.get(id) ?? null;
  }

  /** Those that must have arrived everywhere by then, in steady time. */
  settledBy(steady: number): readonly Logged[] {
    return this.entries.filter(({ at, isErased }) => !isErased && at < steady - ON_ITS_WAY_MS);
  }

  erase(session: string): void {
    for (const entry of this.entries) if (entry.session === session) entry.isErased = true;
  }
}
