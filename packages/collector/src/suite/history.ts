/**
 * A sequence of operations on one account: signals and events of several sessions, settings, agents,
 * erasure, and downtime. Plain values, so that a history can be generated, printed and serialized.
 * @module
 */
import type { DeskTime, Input } from "../core/input.ts";
import type { NewSession } from "../core/session.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import type { KnownPage } from "../engine/request.ts";

export interface Submission {
  readonly type: "submit";
  readonly session: string;
  /** `sentAt` and `happenedAt` are relative to the history's start, in milliseconds. */
  readonly inputs: readonly Input[];
  /** `null`: do nothing unless the session exists. */
  readonly create: Omit<NewSession, "id"> | null;
  readonly eventId: string | null;
  /** The hash that must be bound to the session; `null` if none is required. */
  readonly binding: string | null;
  /** The page that the session must know; `null` if none is required. */
  readonly knownPage: KnownPage | null;
}

export type Operation =
  | Submission
  | { readonly type: "erase"; readonly session: string }
  | {
      readonly type: "merge";
      readonly session: string;
      readonly into: string;
      /** The collector fails after this step; `null`: it does not. */
      readonly failsAfter: 1 | 2 | null;
    }
  | {
      readonly type: "settings";
      readonly overrides: Overrides;
      readonly triggers: readonly Trigger[];
    }
  | { readonly type: "agent"; readonly id: string; readonly capacity: number }
  /** Prunes history that is older than `olderThanMs`. */
  | { readonly type: "prune"; readonly olderThanMs: number };

export interface Step {
  /** Milliseconds since the previous step. */
  readonly afterMs: number;
  /** No collector ran during `afterMs`; longer than 5 s it is an outage. */
  readonly wasDown: boolean;
  /** In order; consecutive submissions are sent together. */
  readonly operations: readonly Operation[];
}

export interface History {
  readonly steps: readonly Step[];
}

/** The input with times in epoch milliseconds, for a history that starts at `startAt`. */
export function withAbsoluteTimes(input: Input, startAt: number): Input {
  const { happenedAt } = input as DeskTime;
  const timed = happenedAt === undefined ? input : { ...input, happenedAt: startAt + happenedAt };
  if (timed.type !== "end_user_message" || timed.sentAt === null) return timed;
  return { ...timed, sentAt: startAt + timed.sentAt };
}
