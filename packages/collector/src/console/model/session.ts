/**
 * The responses of the collector's routes, as far as this page reads them.
 * @module
 */
import type {
  Presence,
  QueueStanding,
  Reason,
  State,
  TicketPriority,
  TicketStatus,
  Visibility,
} from "../../core/lists.ts";

export interface Ticket {
  /** `null` until the desk has reported a ticket. */
  id: string | null;
  status: TicketStatus;
  priority: TicketPriority | null;
  group: string | null;
  tags: string[];
}

/** A conversation at a help desk that the session stands for. */
export interface Link {
  desk: string;
  conversation: string;
  ticket: string | null;
}

/** Where an agent is assigned to a session, or taken from it. */
export interface Assignment {
  /** `collector`: here. `desk`: here, and its help desk does it. `elsewhere`: only in the help desk. */
  by: "collector" | "desk" | "elsewhere";
  /** The help desk; `null`: there is none, or it has no name. */
  desk: string | null;
  /** Where people see the conversation there; `null`: that is not known. */
  url: string | null;
}

export interface Page {
  page: string;
  visibility: Visibility;
  leaseUntil: string | null;
}

/** The state that a session would have if presence decided. */
export interface Shadow {
  state: State;
  reason: Reason;
  presence: Presence;
  queue: QueueStanding;
  capacityHeld: boolean;
  presenceChangedAt: string;
  nextDeadlineAt: string | null;
  pages: Page[];
}

export interface Session {
  id: string;
  channel: string;
  user: string | null;
  presence: Presence;
  state: State;
  reason: Reason;
  ticket: Ticket;
  links: Link[];
  assignee: string | null;
  assignment: Assignment;
  queue: QueueStanding;
  queuedAt: string | null;
  capacityHeld: boolean;
  lastResponseAt: string | null;
  presenceChangedAt: string;
  stateChangedAt: string;
  /** When anything last changed that is shown here, but for pages and deadline. */
  changedAt: string;
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
