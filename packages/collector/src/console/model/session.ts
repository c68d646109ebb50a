/**
 * The responses of the collector's routes, as far as this page reads them.
 * @module
 */

export type State = "none" | "active" | "inactive" | "ended";
export type Presence = "online" | "offline" | "unknown" | "ignored" | "unsupported";
export type Queue = "queued" | "direct" | "none";
export type TicketStatus = "new" | "open" | "pending" | "hold" | "solved" | "closed";
export type Reason =
  | "user_offline"
  | "user_inactive"
  | "ticket_status"
  | "ended_by_agent"
  | "ended_by_end_user"
  | "ended_by_trigger"
  | "transferred_to_email"
  | "ticket_closed";

export interface Ticket {
  /** `null` until the desk has reported a ticket. */
  id: string | null;
  status: TicketStatus;
  priority: string | null;
  group: string | null;
  tags: string[];
}

export interface Page {
  page: string;
  visibility: "visible" | "hidden" | "frozen";
  leaseUntil: string | null;
}

/** The state that a session would have if presence decided. */
export interface Shadow {
  state: State;
  reason: Reason | null;
  presence: Presence;
  queue: Queue;
  capacityHeld: boolean;
}

export interface Session {
  id: string;
  channel: string;
  user: string | null;
  presence: Presence;
  state: State;
  reason: Reason | null;
  ticket: Ticket;
  assignee: string | null;
  queue: Queue;
  queuedAt: string | null;
  capacityHeld: boolean;
  lastResponseAt: string | null;
  presenceChangedAt: string;
  stateChangedAt: string;
  nextDeadlineAt: string | null;
  seq: number;
  /** Only during a trial run. */
  shadow?: Shadow;
  pages: Page[];
}

/** A session in the queue, as `GET /v1/queue` lists it. */
export interface Queued {
  session: string;
  user?: string | null;
  position: number;
  queuedAt: string | null;
  presence: Presence;
  ticket: Ticket;
}
