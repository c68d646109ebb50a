/**
 * The response of `GET /v1/sessions/{id}/trace`: what happened to a conversation, oldest first.
 * @module
 */
import type { LeaveDestination, TransitionCause } from "../../core/lists.ts";
import type { Ticket } from "./session.ts";
import type { Standing } from "./transition.ts";
import type { Delivery } from "./webhook.ts";

export type PageFactType =
  | "page_opened"
  | "page_shown"
  | "page_hidden"
  | "page_frozen"
  | "page_returned";

export type TicketChanges = {
  [Field in keyof Ticket | "routingChannel"]?: { from: unknown; to: unknown };
};

export type TraceFact = { at: string } & (
  | { type: PageFactType; page: string }
  | { type: "page_left"; page: string; to: LeaveDestination | null; bufferSeconds: number }
  | { type: "lease_ended"; page: string; leaseSeconds: number; bufferSeconds: number }
  | { type: "message"; by: "end_user" | "agent"; sentAt?: string }
  | { type: "assigned"; agent: string }
  | { type: "unassigned" }
  | { type: "ticket_changed"; cause: TransitionCause; changes: TicketChanges }
  | {
      type: "transition";
      seq: number;
      cause: TransitionCause;
      from: Standing;
      to: Standing;
      triggers: string[];
    }
  | DeliveryFact
);

/** What became of telling a help desk of a transition. */
export type DeliveryFact = { type: "delivery"; desk: string } & Pick<
  Delivery,
  "seq" | "status" | "attempts" | "response" | "error" | "nextAttemptAt"
>;

export interface Trace {
  session: string;
  /** The setting `traceDays`; 0: nothing is kept. */
  days: number;
  facts: TraceFact[];
}
