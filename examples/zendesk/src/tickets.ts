/**
 * The tickets of the stand-in, and what its API and its events show of them.
 * @module
 */

export interface Ticket {
  readonly id: number;
  /** `null`: it came by e-mail. */
  readonly conversation: string | null;
  readonly requester: string;
  status: string;
  priority: string | null;
  group: number | null;
  assignee: number | null;
  tags: readonly string[];
  readonly createdAtMs: number;
  updatedAtMs: number;
  readonly messages: string[];
}

/** The drop-down field; the value of one of its options is a tag of the ticket. */
export const FIELD = { id: 360_001, options: ["visitor_online", "visitor_offline"] } as const;
export const GROUPS: readonly number[] = [8_447_320_466_430, 8_447_320_466_431];
export const AGENT = 8_447_388_090_494;

export class Tickets {
  readonly #all = new Map<number, Ticket>();

  create(conversation: string | null, requester: string): Ticket {
    const now = Date.now();
    const ticket: Ticket = {
      id: 141 + this.#all.size,
      conversation,
      requester,
      status: "new",
      priority: null,
      group: GROUPS[0] ?? null,
      assignee: null,
      tags: [],
      createdAtMs: now,
      updatedAtMs: now,
      messages: [],
    };
    this.#all.set(ticket.id, ticket);
    return ticket;
  }

  get(id: number): Ticket | undefined {
    return this.#all.get(id);
  }

  /** A conversation goes on in its ticket until that is closed. */
  of(conversation: string): Ticket | undefined {
    return this.all.findLast((ticket) => ticket.conversation === conversation);
  }

  get all(): readonly Ticket[] {
    return [...this.#all.values()];
  }
}

/** The option that is set, which the ticket's tags say. */
export function fieldOf({ tags }: Ticket): string | null {
  return FIELD.options.find((option) => tags.includes(option)) ?? null;
}

/** Times of the API have no fractions. */
export function stampOf({ updatedAtMs }: Ticket): string {
  return new Date(updatedAtMs).toISOString().replace(/\.\d+/, "");
}

/** Two changes of a ticket never have the same time, in seconds. */
export function touch(ticket: Ticket): void {
  ticket.updatedAtMs = Math.max(Date.now(), ticket.updatedAtMs + 1_000);
}

/** A ticket as the API has it: names in lower case, ids as numbers. */
export function show(ticket: Ticket) {
  return {
    id: ticket.id,
    status: ticket.status,
    priority: ticket.priority,
    group_id: ticket.group,
    assignee_id: ticket.assignee,
    requester_id: Number(ticket.requester),
    tags: ticket.tags,
    custom_fields: [{ id: FIELD.id, value: fieldOf(ticket) }],
    via: { channel: channelOf(ticket) },
    created_at: new Date(ticket.createdAtMs).toISOString().replace(/\.\d+/, ""),
    updated_at: stampOf(ticket),
  };
}

export function channelOf({ conversation }: Ticket): string {
  return conversation === null ? "email" : "native_messaging";
}
