/**
 * What the engine is asked for one session, and what it returns once the store has it.
 * @module
 */
import type { Input, InputType } from "../core/input.ts";
import type { NewSession, Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import type { Transition } from "../core/transition.ts";
import type { SessionKey } from "../stores/store.ts";
import type { CheckedBeat } from "./beat-cache.ts";

/** The page of a signal whose sender may not open pages. */
export interface KnownPage {
  readonly id: string;
  /** The proof by which it must have been opened; null: any. */
  readonly openedBy: string | null;
}

export interface Request {
  readonly key: SessionKey;
  /** Applied in order, all in one commit. */
  readonly inputs: readonly Input[];
  /** How to create a session that does not exist; missing: the outcome is then `not_found`. */
  readonly create?: Omit<NewSession, "id">;
  /** Hash of a secret. The request is applied only to a session that knows it, else it is `unbound`. */
  readonly binding?: string;
  /** Whom the session must be assigned to, `null`: nobody; else nothing is applied, and it is `assigned_meanwhile`. */
  readonly expectedAssignee?: string | null;
  /** The request is applied only for a page that the session knows, else it is of an `unknown_page`. */
  readonly knownPage?: KnownPage;
  /** The caller's own id of this request; a second request with it is a `duplicate`. */
  readonly eventId?: string;
  /** Ids that requests about the same chat message may have had, from other desks: it is applied as a copy then. */
  readonly copyIds?: readonly string[];
  /** The one input is a beat: once it is applied, the next one with the same content may hit the cache. */
  readonly checked?: CheckedBeat;
}

export type Outcome =
  | {
      readonly status: "applied" | "duplicate";
      readonly session: Session;
      /** The session if presence decided; null unless the mode is `shadow`. */
      readonly shadow: Session | null;
      readonly settings: Settings;
      readonly created: boolean;
      /** The session takes a place of its agent's capacity that it did not take before. */
      readonly tookCapacity: boolean;
      readonly transitions: readonly Transition[];
    }
  | { readonly status: "not_found" | "unbound" | "unknown_page" }
  /** The session has another agent than expected. */
  | { readonly status: "assigned_meanwhile"; readonly assignee: string | null }
  /** The session goes on as `into` (rule 26); nothing was applied. */
  | { readonly status: "moved"; readonly into: string; readonly isDuplicate: boolean }
  /** The session has stopped to go on as another, which may not have taken over yet. */
  | { readonly status: "merging"; readonly stopped: Session; readonly shadow: Session | null }
  /** The session was erased, and signals do not create it again; its pages are to stop. */
  | { readonly status: "erased" };

export type BeatOutcome =
  | Outcome
  | { readonly status: "renewed"; readonly nextMs: number }
  /** The cache missed and the beat had no full request: submit one. */
  | { readonly status: "missed" };

/** Whether a page sent it: then it creates no session that was erased a short while ago. */
export function isOfPage({ inputs }: Request): boolean {
  return inputs.length > 0 && inputs.every(({ type }) => type === "signal" || type === "leave");
}

/** Whether it only applies what is due to the session. */
export function isOfSweep({ inputs }: Request): boolean {
  return inputs.length > 0 && inputs.every(({ type }) => type === "tick");
}

/** Whether the session goes on as another, or is about to, so that nothing was applied. */
export function isElsewhere({ status }: Outcome): boolean {
  return status === "moved" || status === "merging";
}

/** Whether the request is about the session itself, even where that goes on as another. */
export function isOfMerge({ inputs }: Request): boolean {
  return inputs.length > 0 && inputs.every(({ type }) => STEPS_OF_OLD.has(type));
}

const STEPS_OF_OLD: ReadonlySet<InputType> = new Set(["tick", "merge_cancelled", "merge_ended"]);
