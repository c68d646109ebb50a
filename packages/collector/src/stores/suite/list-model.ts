/**
 * Lists as they must be, computed from all sessions at once, and a check of a store against that.
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Link } from "../../core/links.ts";
import type { Reason } from "../../core/lists.ts";
import { reasonOf, type Session } from "../../core/session.ts";
import type { ListQuery } from "../list.ts";
import type { IndexedColumns, Store, Write } from "../store.ts";
import { ACCOUNT, COLUMNS, keyOf, NOW, sessionOf, writeOf } from "./case.ts";

/** What is listed of a session; few values, so that they often coincide. */
export interface ListedSession {
  readonly id: string;
  readonly user: string | null;
  readonly assignee: string | null;
  readonly ticket: string | null;
  readonly group: string | null;
  /** `DESK TICKET` of each. */
  readonly links: readonly string[];
  readonly tags: readonly string[];
  readonly reason: Reason;
  readonly state: IndexedColumns["state"];
  readonly presence: IndexedColumns["presence"];
  readonly queue: IndexedColumns["queue"];
  /** Milliseconds after {@link NOW}. */
  readonly changedAfterMs: number;
  readonly queuedAfterMs: number;
}

/** Values for {@link ListedSession} and for queries. */
export const VALUES = {
  user: [null, "u_1", "u_2", "Zoë"],
  assignee: [null, "ann", "Bób"],
  ticket: [null, "1", "2", "4711"],
  group: [null, "support", "größe"],
  link: ["zd 2", "zd 9", "cw 4711"],
  desk: ["zd", "cw"],
  tag: ["vip", "ÉTÉ", "was:closed"],
  reason: [null, "user_offline", "user_inactive", "ended_by_agent"],
  state: ["none", "active", "inactive", "ended"],
  presence: ["unknown", "online", "offline"],
  queue: ["none", "none", "queued", "direct"],
  afterMs: [0, 1, 2, 1_000],
  text: ["U_", "zoe", "ete", "CONV-1", "4", "bob", "GRÖ", "nothing"],
} as const;

function sessionFor(listed: ListedSession): Session {
  const { id, user, assignee, reason } = listed;
  const fresh = sessionOf(id, { user, assignee, begunAt: NOW });
  const { ticket: number, group, tags } = listed;
  const isEnd = reason === "ended_by_agent";
  return {
    ...fresh,
    ticket: { ...fresh.ticket, id: number, group, tags },
    links: listed.links.map(linkOf),
    ended: isEnd ? { reason, at: NOW } : null,
    causes: reason === "user_offline" || reason === "user_inactive" ? [{ reason, at: NOW }] : [],
    changedAt: NOW + listed.changedAfterMs,
    queuedAt: listed.queue === "none" ? null : NOW + listed.queuedAfterMs,
  };
}

function linkOf(text: string): Link {
  const [desk = "", ticket = ""] = text.split(" ");
  return { desk, conversation: `talk-${ticket}`, ticket };
}

function writeFor(listed: ListedSession, expectedVersion: number): Write {
  const session = sessionFor(listed);
  const { state, presence, queue, assignee, group } = listed;
  const { queuedAt } = session;
  const columns = { ...COLUMNS, state, presence, queue, assignee, group, queuedAt };
  return writeOf(listed.id, { session, columns, expectedVersion });
}

/** Writes the sessions, then changes those of `changed`, and erases those of `erased`. */
export async function writeListed(
  store: Store,
  created: readonly ListedSession[],
  changed: readonly ListedSession[],
  erased: readonly string[],
): Promise<readonly ListedSession[]> {
  const sessions = new Map<string, ListedSession>();
  const write = async (listed: readonly ListedSession[], expectedVersion: number) => {
    const outcomes = await store.commit(listed.map((each) => writeFor(each, expectedVersion)));
    ok(outcomes.every((outcome) => outcome === "committed"));
    for (const each of listed) sessions.set(each.id, each);
  };
  await write(created, 0);
  await write(changed, 1);
  for (const id of erased) {
    await store.erase(keyOf(id));
    sessions.delete(id);
  }
  return [...sessions.values()];
}

/** Whether the pages of each query have what the sessions say, each session once and in order. */
export async function checkLists(
  store: Store,
  listed: readonly ListedSession[],
  queries: readonly ListQuery[],
): Promise<void> {
  for (const query of queries) {
    const found: string[] = [];
    for (let after = query.after; ; ) {
      const page = await store.list(ACCOUNT, { ...query, after });
      ok(page.sessions.length <= query.limit);
      const isShort = page.sessions.length < query.limit;
      ok(!isShort || page.isCutShort || page.next === null, "a short page says why it is short");
      found.push(...page.sessions.map(({ session }) => session.id));
      if (page.next === null) break;
      after = page.next;
    }
    deepEqual(found, idsOf(listed, query), JSON.stringify(query));
  }
}

function idsOf(all: readonly ListedSession[], query: ListQuery): readonly string[] {
  const keyOf = ({ changedAfterMs, queuedAfterMs }: ListedSession) =>
    ({ id: 0, changed: changedAfterMs, waiting: queuedAfterMs })[query.sort ?? "id"];
  return all
    .filter((each) => isListed(each, query))
    .sort((a, b) => keyOf(a) - keyOf(b) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

function isListed(listed: ListedSession, query: ListQuery): boolean {
  const { changedAfter, changedBefore, text, tag, sort } = query;
  const changedAt = NOW + listed.changedAfterMs;
  const same = ["state", "presence", "queue", "assignee", "group", "user"] as const;
  if (same.some((name) => query[name] !== undefined && query[name] !== listed[name])) return false;
  if (!hasTicket(listed, query)) return false;
  if (query.reason !== undefined && query.reason !== reasonOf(sessionFor(listed))) return false;
  if (sort === "waiting" && listed.queue === "none") return false;
  if (changedAfter !== undefined && changedAt <= changedAfter) return false;
  if (changedBefore !== undefined && changedAt >= changedBefore) return false;
  if (tag !== undefined && !listed.tags.includes(tag)) return false;
  return text === undefined || hasText(listed, text);
}

function hasTicket({ ticket, links }: ListedSession, query: ListQuery): boolean {
  const { desk, ticket: wanted } = query;
  if (desk !== undefined && wanted !== undefined) return links.includes(`${desk} ${wanted}`);
  if (desk !== undefined) return links.some((link) => link.startsWith(`${desk} `));
  return (
    wanted === undefined || ticket === wanted || links.some((link) => link.endsWith(` ${wanted}`))
  );
}

function hasText(listed: ListedSession, text: string): boolean {
  const { id, user, ticket, tags, assignee, group } = listed;
  // Without the function that stores use, but for these letters the same.
  const plain = (value: string) => value.normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "");
  const linked = listed.links.map(linkOf).flatMap((link) => [link.conversation, link.ticket]);
  const names = [id, user, ticket, assignee, group, ...tags, ...linked].map((name) =>
    plain(name ?? "\n"),
  );
  return names.some((name) => name.toLowerCase().includes(plain(text).toLowerCase()));
}
