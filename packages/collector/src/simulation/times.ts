/**
 * How long leases and buffers of an account may be, as shortest and longest of all settings that were in
 * force so far: which of them a signal met cannot be known from outside while they change.
 * @module
 */
import type { LeaveDestination } from "../core/lists.ts";
import type { Settings } from "../core/settings.ts";

export interface Span {
  readonly min: number;
  readonly max: number;
}

/** What a page says of itself, as far as its lease depends on it. */
export interface PageKind {
  readonly visibility: "visible" | "hidden" | "frozen";
  readonly armed: boolean;
}

const ARMED_FROZEN_LEASE_MS = 900_000;

export class Times {
  readonly #versions: Settings["presence"][] = [];

  add({ presence }: Settings): void {
    this.#versions.push(presence);
  }

  /** @param toldMs the beats that the page was told: 1.5 of them are the lease of a visible page. */
  lease({ visibility, armed }: PageKind, toldMs: readonly number[]): Span {
    return this.#span(({ leaseMs, beatMs }) => {
      if (visibility === "hidden") return [leaseMs.hidden];
      if (visibility === "frozen") {
        return [leaseMs.frozen ?? (armed ? ARMED_FROZEN_LEASE_MS : leaseMs.hidden)];
      }
      if (leaseMs.visible !== null) return [leaseMs.visible];
      const beats = toldMs.length > 0 ? toldMs : [beatMs.waiting, beatMs.assigned, beatMs.idle];
      return beats.map((beat) => Math.round(1.5 * beat));
    });
  }

  buffer(to: LeaveDestination | null): Span {
    return this.#span((presence) => {
      if (to === "page") return [presence.navigationBufferMs];
      if (to === "away") return [presence.awayBufferMs];
      return [to === "gone" ? presence.closeBufferMs : presence.bufferMs];
    });
  }

  #span(of: (presence: Settings["presence"]) => readonly number[]): Span {
    const all = this.#versions.flatMap(of);
    return { min: Math.min(...all), max: Math.max(...all) };
  }
}
