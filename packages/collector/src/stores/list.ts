/**
 * Lists of sessions: what they can be filtered and sorted by, and how a driver builds a page of one from
 * its indexes. A filter without an index reads one session after the other, so a page ends early after
 * {@link MAX_EXAMINED} of them.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import { fold } from "../core/fold.ts";
import type { Presence, QueueStanding, Reason, State } from "../core/lists.ts";
import { aliasOf } from "../core/merge.ts";
import { reasonOf, type Session } from "../core/session.ts";
import { type RecordError, RecordErrors } from "./record-error.ts";
import type { IndexedColumns, Stored } from "./store.ts";

/** The most sessions that are examined for one page. */
export const MAX_EXAMINED = 10_000;

/** `changed`: the earliest change first. `waiting`: only sessions in the queue, the longest wait first. */
export const LIST_ORDERS = ["id", "changed", "waiting"] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** All that are given must hold. Sessions that go on as another are in no list (rule 26). */
export interface ListFilter {
  readonly state?: State | undefined;
  readonly presence?: Presence | undefined;
  readonly queue?: QueueStanding | undefined;
  readonly reason?: NonNullable<Reason> | undefined;
  readonly assignee?: string | undefined;
  readonly group?: string | undefined;
  readonly user?: string | undefined;
  /** Of the session, or of one of its links; with `desk`, of a link to it. */
  readonly ticket?: string | undefined;
  /** The session has a link to it. */
  readonly desk?: string | undefined;
  readonly tag?: string | undefined;
  /**
   * Part of the id, or of the name of user, ticket, tag, agent, group or linked conversation; compared by
   * {@link fold}.
   */
  readonly text?: string | undefined;
  /** Epoch milliseconds; exclusive. */
  readonly changedAfter?: number | undefined;
  readonly changedBefore?: number | undefined;
}

/** Where a session is in a list: lists are in the order of `at`, then `id`. */
export interface ListPosition {
  /** `changedAt` or `queuedAt`; 0 in the order of ids. */
  readonly at: number;
  readonly id: string;
}

export interface ListQuery extends ListFilter {
  /** Default: `id`. */
  readonly sort?: ListOrder | undefined;
  /** Only sessions behind this position. */
  readonly after?: ListPosition | undefined;
  readonly limit: number;
  /** Default: {@link MAX_EXAMINED}. */
  readonly maxExamined?: number | undefined;
}

export interface ListPage {
  readonly sessions: readonly Stored[];
  /** Behind which position the next page begins; null after the last one. */
  readonly next: ListPosition | null;
  /** The page ended early, because the limit of examined sessions was reached. */
  readonly isCutShort: boolean;
}

/** A session that may belong to a list. */
export interface Candidate {
  readonly id: string;
  readonly changedAt: number;
  readonly queuedAt: number | null;
  readonly columns: Pick<IndexedColumns, "state" | "presence" | "queue" | "assignee" | "group">;
  /** Read only where the columns match; throws a {@link RecordError} if it cannot be read. */
  readonly stored: Stored;
}

/** What a driver's indexes can do. */
export interface ListSource {
  /**
   * Sessions behind a position in the given order, at most `limit`; fewer: there are no more. Those that
   * do not match the filter may be left out.
   */
  walk(
    sort: ListOrder,
    after: ListPosition | null,
    limit: number,
    filter: ListFilter,
  ): Promise<readonly Candidate[]>;
  /**
   * The ids that an index has for the filter, at most `limit`, in any order: all that match are among
   * them, if there are fewer than that. Null: no index helps.
   */
  pick(
    filter: ListFilter & { readonly sort?: ListOrder | undefined },
    limit: number,
  ): Promise<readonly string[] | null>;
  /** Those of the sessions that exist. */
  load(ids: readonly string[]): Promise<readonly Candidate[]>;
}

/** The session of a candidate, or nothing if it does not match or cannot be read. */
type Reader = (candidate: Candidate) => readonly Stored[];

/** Sorts behind every id. */
const LAST_ID = "\u{10ffff}";

/** Sessions that are read at once. Each may be as large as a request. */
const CHUNK = 100;
/** A page ends before it has more characters, with at least one session. */
const MAX_PAGE_LENGTH = 1 << 20;
/** Characters of a session without its tags. */
const SESSION_LENGTH = 600;

/** The page that a query asks for. Sessions that cannot be read are passed over, and reported. */
export async function listPage(
  source: ListSource,
  query: ListQuery,
  unreadable: RecordErrors = new RecordErrors(),
): Promise<ListPage> {
  const matches = matcherOf(query);
  const read: Reader = (candidate) =>
    unreadable
      .readable(() => (matches(candidate) ? candidate.stored : null))
      .flatMap((stored) => stored ?? []);
  const maxExamined = query.maxExamined ?? MAX_EXAMINED;
  const ids = await source.pick(query, maxExamined + 1);
  return ids === null || ids.length > maxExamined
    ? walkPage(source, query, maxExamined, read)
    : pickPage(source, query, ids, read);
}

async function walkPage(
  source: ListSource,
  query: ListQuery,
  maxExamined: number,
  read: Reader,
): Promise<ListPage> {
  const { sort = "id", limit } = query;
  const sessions: Stored[] = [];
  let after = startOf(query);
  let last: ListPosition | null = null;
  let length = 0;
  const budget = new TurnBudget();
  for (let examined = 0; examined < maxExamined; ) {
    // Without a filter that passes sessions over, no more than the page has must be read.
    const wanted = examined === sessions.length ? limit + 1 - examined : CHUNK;
    const size = Math.min(wanted, CHUNK, maxExamined - examined);
    const found = await source.walk(sort, after, size, query);
    for (const candidate of found) {
      await budget.step();
      after = positionOf(candidate, sort);
      if (isPastEnd(after, query)) return { sessions, next: null, isCutShort: false };
      const [stored] = read(candidate);
      if (!stored) continue;
      length += lengthOf(stored);
      const isFull = sessions.length === limit || length > MAX_PAGE_LENGTH;
      if (isFull && sessions.length > 0) return { sessions, next: last, isCutShort: false };
      sessions.push(stored);
      last = after;
    }
    if (found.length < size) return { sessions, next: null, isCutShort: false };
    examined += found.length;
  }
  return { sessions, next: after, isCutShort: sessions.length < limit };
}

/** Behind which position the walk begins. In the order of changes the filter has a lower bound. */
function startOf({ sort, changedAfter, ...query }: ListQuery): ListPosition | null {
  const after = query.after ?? null;
  if (sort !== "changed" || changedAfter === undefined) return after;
  return after && after.at > changedAfter ? after : { at: changedAfter, id: LAST_ID };
}

/** Whether nothing from the position on matches. */
function isPastEnd({ at }: ListPosition, { sort, changedBefore }: ListQuery): boolean {
  return sort === "changed" && changedBefore !== undefined && at >= changedBefore;
}

async function pickPage(
  source: ListSource,
  query: ListQuery,
  ids: readonly string[],
  read: Reader,
): Promise<ListPage> {
  const { sort = "id", limit, after } = query;
  const isBehind = (position: ListPosition) => !after || comparePositions(position, after) > 0;
  const left = sort === "id" ? ids.filter((id) => isBehind({ at: 0, id })).sort(compare) : ids;
  const found: { position: ListPosition; stored: Stored }[] = [];
  const budget = new TurnBudget();
  for (let from = 0; from < left.length; from += CHUNK) {
    for (const candidate of await source.load(left.slice(from, from + CHUNK))) {
      await budget.step();
      const position = positionOf(candidate, sort);
      if (!isBehind(position)) continue;
      for (const stored of read(candidate)) found.push({ position, stored });
    }
    if (sort === "id" && found.length > limit) break;
  }
  found.sort((a, b) => comparePositions(a.position, b.position));
  let length = 0;
  const end = found.findIndex(({ stored }, index) => {
    length += lengthOf(stored);
    return index === limit || (length > MAX_PAGE_LENGTH && index > 0);
  });
  const page = end < 0 ? found : found.slice(0, end);
  const next = end < 0 ? null : (page.at(-1)?.position ?? null);
  return { sessions: page.map(({ stored }) => stored), next, isCutShort: false };
}

/** About how many characters the session has as JSON. */
function lengthOf({ session: { ticket } }: Stored): number {
  return ticket.tags.reduce((sum, tag) => sum + tag.length + 3, SESSION_LENGTH);
}

/** Merges pages of the same query from several sources into one. */
export function mergePages(
  pages: readonly ListPage[],
  { sort = "id", limit }: ListQuery,
): ListPage {
  const end = pages.flatMap(({ next }) => next ?? []).sort(comparePositions)[0];
  const all = pages
    .flatMap(({ sessions }) => sessions)
    .map((stored) => ({ stored, position: positionOf(stored.session, sort) }))
    .filter(({ position }) => !end || comparePositions(position, end) <= 0)
    .sort((a, b) => comparePositions(a.position, b.position));
  const page = all.slice(0, limit);
  const isFull = all.length > limit;
  return {
    sessions: page.map(({ stored }) => stored),
    next: isFull ? (page.at(-1)?.position ?? null) : (end ?? null),
    isCutShort: !isFull && page.length < limit && pages.some(({ isCutShort }) => isCutShort),
  };
}

/** Whether a session is in a list with the filter. */
function matcherOf(filter: ListFilter & { readonly sort?: ListOrder | undefined }) {
  const text = filter.text === undefined ? null : fold(filter.text);
  return (candidate: Candidate): boolean => {
    const { columns } = candidate;
    if (!hasColumns(columns, filter)) return false;
    if (filter.sort === "waiting" && columns.queue === "none") return false;
    const { session } = candidate.stored;
    if (aliasOf(session) !== null || !hasFields(session, filter)) return false;
    return text === null || namesOf(session).some((name) => fold(name).includes(text));
  };
}

function hasColumns(columns: Candidate["columns"], filter: ListFilter): boolean {
  return (["state", "presence", "queue", "assignee", "group"] as const).every(
    (name) => filter[name] === undefined || filter[name] === columns[name],
  );
}

function hasFields(session: Session, { changedAfter, changedBefore, ...filter }: ListFilter) {
  return (
    (changedAfter === undefined || session.changedAt > changedAfter) &&
    (changedBefore === undefined || session.changedAt < changedBefore) &&
    (filter.reason === undefined || filter.reason === reasonOf(session)) &&
    (filter.user === undefined || filter.user === session.user) &&
    (filter.tag === undefined || session.ticket.tags.includes(filter.tag)) &&
    hasTicket(session, filter)
  );
}

/** A ticket of a desk is that of a link to it; without a desk it is any of the session's. */
function hasTicket(session: Session, { desk, ticket }: ListFilter): boolean {
  if (desk === undefined) return ticket === undefined || ticketsOf(session).includes(ticket);
  return session.links.some(
    (link) => link.desk === desk && (ticket === undefined || link.ticket === ticket),
  );
}

/** The tickets by which a session is found. */
function ticketsOf({ ticket, links }: Session): readonly string[] {
  const all = [ticket.id, ...links.map((link) => link.ticket)];
  return [...new Set(all.filter((id) => id !== null))];
}

/** The term of a user's sessions. */
export function userTerm(user: string): string {
  return `u ${user}`;
}

/** What drivers keep an index of: a user's or a ticket's name, each after a letter and a space. */
export function termsOf(session: Session): readonly string[] {
  const tickets = ticketsOf(session).map((ticket) => `t ${ticket}`);
  return session.user === null ? tickets : [userTerm(session.user), ...tickets];
}

/** A term of all sessions that match the filter, or null if it names neither ticket nor user. */
export function termOf({ ticket, user }: ListFilter): string | null {
  if (ticket !== undefined) return `t ${ticket}`;
  return user === undefined ? null : userTerm(user);
}

function namesOf({ id, user, assignee, ticket, links }: Session): readonly string[] {
  const linked = links.flatMap((link) => [link.conversation, link.ticket]);
  return [id, user, ticket.id, ...ticket.tags, assignee, ticket.group, ...linked].filter(
    (name) => name !== null,
  );
}

/** Where a session is in a list. */
export function positionOf(
  { id, changedAt, queuedAt }: Pick<Session, "id" | "changedAt" | "queuedAt">,
  sort: ListOrder,
): ListPosition {
  return { at: { id: 0, changed: changedAt, waiting: queuedAt ?? 0 }[sort], id };
}

export function comparePositions(a: ListPosition, b: ListPosition): number {
  return a.at - b.at || compare(a.id, b.id);
}

/** The order of ids, that of their code units. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
