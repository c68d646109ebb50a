/**
 * Sessions that the sweep could not process, because their record cannot be read or they make the
 * engine fail. Each waits longer after each failure, and the others are swept without it.
 * @module
 */
import type { SessionKey } from "../stores/store.ts";

const FIRST_DELAY_MS = 10_000;
const MAX_DELAY_MS = 600_000;
/** When there are more, the ones that have waited longest are tried again with each sweep. */
const MAX_KEPT = 10_000;

interface Failing {
  readonly delayMs: number;
  readonly retryAt: number;
}

/** All instants are in steady time. */
export class FailingSessions {
  readonly #sessions = new Map<string, Failing>();

  get size(): number {
    return this.#sessions.size;
  }

  isWaiting(key: SessionKey, now: number): boolean {
    if (this.#sessions.size === 0) return false;
    return (this.#sessions.get(nameOf(key))?.retryAt ?? 0) > now;
  }

  failed(key: SessionKey, now: number): void {
    const name = nameOf(key);
    const last = this.#sessions.get(name);
    const delayMs = last ? Math.min(2 * last.delayMs, MAX_DELAY_MS) : FIRST_DELAY_MS;
    this.#sessions.delete(name);
    this.#sessions.set(name, { delayMs, retryAt: now + delayMs });
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_KEPT) break;
      this.#sessions.delete(oldest);
    }
  }

  succeeded(key: SessionKey): void {
    if (this.#sessions.size > 0) this.#sessions.delete(nameOf(key));
  }
}

function nameOf({ account, id }: SessionKey): string {
  return `${account}\n${id}`;
}
