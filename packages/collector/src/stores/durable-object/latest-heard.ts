/**
 * Which session of those that are not over had the shard's last signal, as stored. An object that starts finds the last
 * signal there; only where none is as late, an ending session's has to be stored besides.
 * @module
 */
import type { Session } from "../../core/session.ts";
import type { Stored } from "../store.ts";

export class LatestHeard {
  #latest: { readonly id: string; readonly at: number } | null = null;

  /** The session was written with this time, and is not over or has none; `null`: a reset took its time. */
  note(id: string, at: number | null): void {
    if (this.#latest?.id === id) this.#latest = null;
    if (at !== null && at >= (this.#latest?.at ?? 0)) this.#latest = { id, at };
  }

  /** Whether a signal at `at` or later is stored without this session: with another, or since that was over. */
  isKnownWithout(id: string, at: number): boolean {
    return this.#latest !== null && this.#latest.id !== id && this.#latest.at >= at;
  }
}

/** When the session's last signal was accepted; `null`: none was. */
export function heardAtOf({ session, shadow }: Pick<Stored, "session" | "shadow">): number | null {
  const { heardAt }: Session = shadow ?? session;
  return heardAt;
}
