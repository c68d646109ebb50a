/**
 * Generates what a helpdesk reports: conversations, messages, tickets, assignments, merges, ends and erasures.
 * @module
 */
import type { Random } from "../support/random.ts";
import {
  AGENTS,
  DESKS,
  EVENT_IDS,
  GROUPS,
  SESSIONS,
  secretOf,
  TAGS,
  TICKETS,
  USERS,
} from "./names.ts";
import type { Call } from "./plan.ts";

const STATUSES = ["new", "open", "pending", "hold", "on_hold", "solved"] as const;
const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
const ENDS = ["agent", "end_user", "trigger", "email", "closed"] as const;
const CHANNELS = ["web_widget", "web_widget", "sunco_web", "whatsapp"] as const;
/** How much earlier than its report an event may have happened. */
const MAX_EARLIER_MS = 60_000;

export class Helpdesk {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param now milliseconds since the start of the run */
  next(now: number): Call {
    const random = this.#random;
    const kind = random.next();
    const session = random.pick(SESSIONS);
    const path = `/v1/sessions/${encodeURIComponent(session)}`;
    if (kind < 0.28) return { type: "request", method: "PUT", path, body: this.#put() };
    if (kind < 0.9) {
      const body = this.#event(session, now);
      return { type: "request", method: "POST", path: `${path}/events`, body };
    }
    if (kind < 0.93) return { type: "request", method: "DELETE", path };
    if (kind < 0.95) {
      const user = encodeURIComponent(random.pick(USERS));
      return { type: "request", method: "DELETE", path: `/v1/users/${user}` };
    }
    const agent = encodeURIComponent(random.pick(AGENTS));
    const body = { capacity: random.below(4) };
    return { type: "request", method: "PUT", path: `/v1/agents/${agent}`, body };
  }

  #put(): object {
    const random = this.#random;
    const maybe = <T>(chance: number, of: () => T) => (random.chance(chance) ? of() : undefined);
    return {
      channel: maybe(0.2, () => random.pick(CHANNELS)),
      user: maybe(0.6, () => random.pick([...USERS, null] as never)),
      assignee: maybe(0.2, () => random.pick([...AGENTS, null] as never)),
      ticket: maybe(0.7, () => this.#ticket()),
      links: maybe(0.3, () => this.#links()),
    };
  }

  #links(): readonly object[] {
    const random = this.#random;
    return Array.from({ length: random.below(3) }, (_, index) => ({
      desk: random.pick(DESKS),
      conversation: `talk ${random.below(3)} ${index}`,
      ticket: random.chance(0.5) ? random.pick(TICKETS) : null,
    }));
  }

  #ticket(): object {
    const random = this.#random;
    const maybe = <T>(chance: number, of: () => T) => (random.chance(chance) ? of() : undefined);
    return {
      id: maybe(0.5, () => random.pick(TICKETS)),
      status: maybe(0.7, () => (random.chance(0.03) ? "closed" : random.pick(STATUSES))),
      priority: maybe(0.3, () => random.pick(PRIORITIES)),
      group: maybe(0.4, () => random.pick(GROUPS)),
      tags: maybe(0.4, () => TAGS.filter(() => random.chance(0.4))),
    };
  }

  #event(session: string, now: number): object {
    const random = this.#random;
    const early = () => `@+${Math.max(0, now - random.below(MAX_EARLIER_MS))}`;
    const common = {
      id: random.chance(0.2) ? random.pick(EVENT_IDS) : undefined,
      at: random.chance(0.2) ? early() : undefined,
    };
    const kind = random.next();
    if (kind < 0.32) {
      const sentAt = random.chance(0.3) ? early() : undefined;
      const binding = random.chance(0.3) ? secretOf(session) : undefined;
      return { ...common, type: "end_user_message", sentAt, binding };
    }
    if (kind < 0.42) return { ...common, type: "agent_message" };
    if (kind < 0.46) return { ...common, type: "activity", activity: "typing" };
    if (kind < 0.64) return { ...common, type: "ticket_updated", ticket: this.#ticket() };
    if (kind < 0.8) return { ...common, type: "assigned", agent: random.pick(AGENTS) };
    if (kind < 0.88) return { ...common, type: "unassigned" };
    if (kind < 0.92) return { ...common, type: "session_ended", by: random.pick(ENDS) };
    if (kind < 0.985) return { ...common, type: "merged", into: random.pick(SESSIONS) };
    return random.pick<object>([
      { type: "nothing" },
      { type: "assigned" },
      { type: "merged", into: ".." },
    ]);
  }
}
