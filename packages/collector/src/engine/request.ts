/**
 * What is asked of the engine for one session, and what it answers once the store has it.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { NewSession, Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import type { Transition } from "../core/transition.ts";
import type { SessionKey } from "../stores/store.ts";
import type { Grant } from "./leases.ts";

export interface Request {
  readonly key: SessionKey;
  /** Applied in order, all in one commit. */
  readonly inputs: readonly Input[];
  /** How to create the session if it is not there; missing: the request then finds nothing. */
  readonly create?: Omit<NewSession, "id">;
  /** Only if the session knows this binding (its hash). */
  readonly binding?: string;
  /** The caller's own id of this request: the same id counts once. */
  readonly eventId?: string;
  /** The one input is a beat: where nothing but its lease is to be renewed, the next may claim that. */
  readonly grant?: Grant;
}

export type Outcome =
  | {
      readonly status: "applied" | "duplicate";
      readonly session: Session;
      /** What it would be if presence decided; null unless the mode is `shadow`. */
      readonly shadow: Session | null;
      readonly settings: Settings;
      readonly created: boolean;
      /** The session takes a place of its agent's capacity that it did not take before. */
      readonly tookCapacity: boolean;
      readonly transitions: readonly Transition[];
    }
  | { readonly status: "not_found" | "unbound" };

/** What comes of a claim on a lease. */
export type RenewOutcome =
  | Outcome
  | { readonly status: "renewed"; readonly nextMs: number }
  /** The lease is no longer what it was, and there is no whole request to go on with: ask with one. */
  | { readonly status: "lapsed" };
