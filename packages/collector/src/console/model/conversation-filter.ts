/**
 * Which conversations the page of that name shows, as its address has it.
 * @module
 */
import {
  PRESENCES,
  type Presence,
  QUEUE_STANDINGS,
  type QueueStanding,
  REASONS,
  type Reason,
  STATES,
  type State,
} from "../../core/lists.ts";

export const PERIODS = ["any", "hour", "today", "yesterday", "week"] as const;
export type Period = (typeof PERIODS)[number];

export const COLUMNS = ["changed", "visitor", "state", "presence", "agent", "group"] as const;
export type Column = (typeof COLUMNS)[number];

/** Empty texts and `null` let every conversation through. */
export interface ConversationFilter {
  readonly q: string;
  readonly state: State | null;
  readonly reason: NonNullable<Reason> | null;
  readonly presence: Presence | null;
  readonly queue: QueueStanding | null;
  readonly tag: string;
  readonly group: string;
  readonly assignee: string;
  readonly ticket: string;
  readonly user: string;
  /** When anything last changed. */
  readonly period: Period;
  readonly sort: Column;
  readonly isAscending: boolean;
}

export const EVERYTHING: ConversationFilter = {
  q: "",
  state: null,
  reason: null,
  presence: null,
  queue: null,
  tag: "",
  group: "",
  assignee: "",
  ticket: "",
  user: "",
  period: "any",
  sort: "changed",
  isAscending: false,
};

/** What the collector filters by text. */
const TEXTS = ["q", "tag", "group", "assignee", "ticket", "user"] as const;

/** The filter in an address; what it does not know is left out. */
export function filterIn(address: URLSearchParams): ConversationFilter {
  const one = <T extends string>(name: string, known: readonly T[]): T | null =>
    known.find((value) => value === address.get(name)) ?? null;
  const texts = Object.fromEntries(TEXTS.map((name) => [name, address.get(name) ?? ""]));
  return {
    ...EVERYTHING,
    ...texts,
    state: one("state", STATES),
    reason: one("reason", REASONS),
    presence: one("presence", PRESENCES),
    queue: one("queue", QUEUE_STANDINGS),
    period: one("period", PERIODS) ?? EVERYTHING.period,
    sort: one("sort", COLUMNS) ?? EVERYTHING.sort,
    isAscending: address.get("order") === "up",
  };
}

/** The address of a filter: only what differs from {@link EVERYTHING}. */
export function addressOf(filter: ConversationFilter): URLSearchParams {
  const address = lookupOf(filter);
  if (filter.period !== EVERYTHING.period) address.set("period", filter.period);
  if (filter.sort !== EVERYTHING.sort) address.set("sort", filter.sort);
  if (filter.isAscending) address.set("order", "up");
  return address;
}

/** What the collector is asked for; periods are days of this browser's time zone. */
export function queryOf(filter: ConversationFilter, now: Date): URLSearchParams {
  const query = lookupOf(filter);
  const { after, before } = boundsOf(filter.period, now);
  if (after) query.set("changedAfter", after.toISOString());
  if (before) query.set("changedBefore", before.toISOString());
  if (after || before) query.set("sort", "changed");
  return query;
}

function lookupOf(filter: ConversationFilter): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of [...TEXTS, "state", "reason", "presence", "queue"] as const) {
    const value = filter[name]?.trim();
    if (value) query.set(name, value);
  }
  return query;
}

function boundsOf(period: Period, now: Date): { after?: Date; before?: Date } {
  const midnight = (daysAgo: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
  switch (period) {
    case "any":
      return {};
    case "hour":
      return { after: new Date(now.getTime() - 3_600_000) };
    case "today":
      return { after: midnight(0) };
    case "yesterday":
      return { after: midnight(1), before: midnight(0) };
    case "week":
      return { after: midnight(7) };
  }
}
