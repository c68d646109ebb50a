/**
 * The types of scenario files: the events of one session by second, and the expected results. See
 * docs/scenarios.md for the format.
 * @module
 */
import type { EndedBy, LeaveDestination, SignalType } from "../core/lists.ts";
import type { TicketPatch } from "../core/session.ts";
import type { Trigger } from "../core/trigger.ts";

/** Where the desk's event arrives late: the `at` that it has, in seconds from the scenario's start. */
interface DeskTime {
  readonly happenedAt?: number;
}

export type ScenarioEvent = { readonly at: number } & (
  | {
      readonly type: "signal";
      readonly signal: SignalType;
      readonly page: string;
      readonly to?: LeaveDestination;
      readonly armed?: boolean;
    }
  | { readonly type: "page_lost"; readonly page: string }
  | ({ readonly type: "end_user_message"; readonly sentAt?: number } & DeskTime)
  | ({ readonly type: "agent_message" } & DeskTime)
  | { readonly type: "activity"; readonly activity?: string }
  | ({ readonly type: "ticket_updated" } & TicketPatch & DeskTime)
  | ({ readonly type: "assigned"; readonly agent: string } & DeskTime)
  | ({ readonly type: "unassigned" } & DeskTime)
  | ({ readonly type: "session_ended"; readonly by: EndedBy } & DeskTime)
  /** The run goes on as the survivor, which is new unless `into` has a `session`. */
  | { readonly type: "merged"; readonly into: string | MergeTarget }
  | { readonly type: "settings_changed"; readonly settings: unknown }
  /** The end of an outage that began at `from`. */
  | { readonly type: "outage"; readonly from: number }
);

export interface Expectation {
  readonly at: number;
  readonly state?: string;
  readonly reason?: string | null;
  readonly presence?: string;
  readonly queue?: string;
  readonly capacityHeld?: boolean;
  readonly ticket?: TicketPatch;
}

/** A session as it is at its creation. */
export interface ScenarioSession {
  readonly channel: string;
  readonly assignee?: string | null;
  readonly ticket?: TicketPatch;
}

/** What the scenario's session is merged into. */
export interface MergeTarget {
  readonly id?: string;
  readonly session?: ScenarioSession;
}

export interface Scenario {
  readonly id: string;
  readonly name: string;
  readonly settings?: unknown;
  readonly session: ScenarioSession;
  readonly triggers?: readonly Trigger[];
  readonly events: readonly ScenarioEvent[];
  readonly expect: readonly Expectation[];
  readonly transitions?: readonly { at: number; state: string; reason: string | null }[];
}

/** A scenario that cannot be parsed or run; the message says what to change. */
export class ScenarioError extends Error {
  override name = "ScenarioError";
}
