import type { Session, Shadow } from "../model/session.ts";
import type { Transition } from "../model/transition.ts";

/** A visitor who waits in the queue, unless the test says otherwise. */
export function aSession(differs: Partial<Session> = {}): Session {
  return {
    id: "conv_1",
    channel: "web_widget",
    user: "u_1",
    presence: "online",
    state: "active",
    reason: null,
    ticket: { id: null, status: "new", priority: null, group: null, tags: [] },
    links: [],
    assignee: null,
    assignment: { by: "collector", desk: null, url: null },
    queue: "queued",
    queuedAt: "2026-01-01T10:00:00.000Z",
    capacityHeld: false,
    lastResponseAt: "2026-01-01T10:00:00.000Z",
    presenceChangedAt: "2026-01-01T10:00:00.000Z",
    stateChangedAt: "2026-01-01T10:00:00.000Z",
    changedAt: "2026-01-01T10:00:00.000Z",
    nextDeadlineAt: null,
    seq: 2,
    pages: [],
    ...differs,
  };
}

/** A shadow in which that visitor is offline, unless the test says otherwise. */
export function aShadow(differs: Partial<Shadow> = {}): Shadow {
  return {
    state: "inactive",
    reason: "user_offline",
    presence: "offline",
    queue: "none",
    capacityHeld: false,
    presenceChangedAt: "2026-01-01T10:00:00.000Z",
    nextDeadlineAt: null,
    pages: [],
    ...differs,
  };
}

/** The transition by which that visitor turns offline, unless the test says otherwise. */
export function aTransition(differs: Partial<Transition> = {}): Transition {
  return {
    id: "tr_3",
    seq: 3,
    session: "conv_1",
    at: "2026-01-01T10:05:00.000Z",
    from: { state: "active", reason: null, presence: "online" },
    to: { state: "inactive", reason: "user_offline", presence: "offline" },
    cause: "buffer",
    queue: "none",
    capacityHeld: false,
    assignee: null,
    ticketChanges: {},
    triggers: [],
    ...differs,
  };
}
