/**
 * What may happen to an account in turn: several sessions at once, settings, agents, erasure, and times
 * in which nobody swept. Plain values, so that a history can be generated, printed and sent elsewhere.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { NewSession } from "../core/session.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";

export interface Submission {
  readonly type: "submit";
  readonly session: string;
  /** `sentAt` of a message counts from the history's start, in milliseconds. */
  readonly inputs: readonly Input[];
  /** Null: only if the session is there. */
  readonly create: Omit<NewSession, "id"> | null;
  readonly eventId: string | null;
  /** Null: whoever asks need not be bound to the session. */
  readonly binding: string | null;
}

export type Act =
  | Submission
  | { readonly type: "erase"; readonly session: string }
  | {
      readonly type: "settings";
      readonly overrides: Overrides;
      readonly triggers: readonly Trigger[];
    }
  | { readonly type: "agent"; readonly id: string; readonly capacity: number }
  /** Forgets what is older than so many milliseconds. */
  | { readonly type: "prune"; readonly olderThanMs: number };

export interface Turn {
  /** Milliseconds since the turn before. */
  readonly afterMs: number;
  /** Nobody swept meanwhile; more than 5 s of it are an outage. */
  readonly wasAway: boolean;
  /** In order; submissions that follow one another arrive together. */
  readonly acts: readonly Act[];
}

export interface History {
  readonly turns: readonly Turn[];
}
