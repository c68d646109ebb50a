/**
 * The words of a desk and of this product: tables that an admin can change. Names are compared without
 * regard to case.
 * @module
 */
import {
  readStatus,
  TICKET_PRIORITIES,
  TICKET_STATUSES,
  type TicketPriority,
  type TicketStatus,
} from "../core/lists.ts";

type Table = Readonly<Record<string, string>>;

/** The desk's value → ours. What is in no table is taken as it is, if it is one of ours. */
export interface Mapping {
  /** A session's id is this and the desk's id of the conversation. */
  readonly prefix: string;
  readonly status: Table;
  readonly priority: Table;
  readonly group: Table;
  readonly agent: Table;
}

export const EMPTY_MAPPING: Mapping = {
  prefix: "",
  status: {},
  priority: {},
  group: {},
  agent: {},
};

export function statusOf(mapping: Mapping, theirs: string): TicketStatus | null {
  const ours = readStatus(lookUp(mapping.status, theirs).toLowerCase());
  return TICKET_STATUSES.find((each) => each === ours) ?? null;
}

export function priorityOf(mapping: Mapping, theirs: string): TicketPriority | null {
  const ours = lookUp(mapping.priority, theirs).toLowerCase();
  return TICKET_PRIORITIES.find((each) => each === ours) ?? null;
}

export function groupOf(mapping: Mapping, theirs: string): string {
  return lookUp(mapping.group, theirs);
}

export function agentOf(mapping: Mapping, theirs: string): string {
  return lookUp(mapping.agent, theirs);
}

/** The desk's value for an agent of ours: the same where the table does not name it; `null`: it means another one. */
export function agentAtDesk(mapping: Mapping, ours: string): string | null {
  return theirsOf(mapping.agent, ours) ?? (agentOf(mapping, ours) === ours ? ours : null);
}

/** The desk's value for ours; `null`: no value of a table means it. Without a table it is the same word. */
export function theirsOf(table: Table, ours: string): string | null {
  const names = Object.keys(table);
  if (names.length === 0) return ours;
  return names.find((theirs) => table[theirs] === ours) ?? null;
}

function lookUp(table: Table, theirs: string): string {
  const name = theirs.toLowerCase();
  const found = Object.keys(table).find((each) => each.toLowerCase() === name);
  return found === undefined ? theirs : (table[found] ?? theirs);
}
