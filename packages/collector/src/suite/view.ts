/**
 * Everything that a store returns about an account, in a form that can be compared between two stores:
 * without cursors, and sorted where the contract does not define an order.
 * @module
 */

import { ok } from "node:assert/strict";
import type { Track } from "../core/lists.ts";
import { aliasOf } from "../core/merge.ts";
import type { Transition } from "../core/transition.ts";
import type { ListPage, ListQuery } from "../stores/list.ts";
import type {
  Assignment,
  IdPart,
  ListedAgent,
  LogEntry,
  QueueCounts,
  Store,
  Stored,
} from "../stores/store.ts";
import type { EngineHarness } from "./engine-harness.ts";

const ALL = 1_000;
/** How far ahead deadlines are read. */
const DUE_HORIZON_MS = 3_600_000;

/** The filtered lists to read, besides the unfiltered one. */
const QUERIES: readonly Omit<ListQuery, "limit">[] = [
  { state: "active" },
  { state: "inactive", presence: "offline" },
  { presence: "online", queue: "none" },
  { queue: "queued", after: { at: 0, id: "a" } },
  { assignee: "agent_1" },
  { user: "u_1", sort: "changed" },
  { tag: "a", state: "active" },
  { reason: "user_offline", sort: "changed" },
  { text: "U_", group: "one" },
  { sort: "changed" },
];

/** The look-ups of a help desk; `invariants.ts` has what they find. */
const FOUND = {
  user: { user: "u_1" },
  ticket: { ticket: "4711" },
  link: { desk: "zd", ticket: "4711" },
  tag: { tag: "a" },
} as const satisfies Record<string, Omit<ListQuery, "limit">>;

const GROUPS = [undefined, "one"];

/** How far each track of the log has been read. */
export type Cursors = Record<Track, number>;

interface LoggedTransition {
  readonly session: string;
  readonly sessionCreatedAt: number;
  readonly transition: Transition;
}

export interface AccountView {
  /** `epoch` is replaced by the number of this history's broadcasts that the session has applied. */
  readonly sessions: readonly Omit<Stored, "version">[];
  /** The sessions that go on as another, and are in no list. */
  readonly aliases: readonly Omit<Stored, "version">[];
  readonly lists: readonly (readonly string[])[];
  readonly waiting: readonly string[];
  readonly found: Record<keyof typeof FOUND, readonly string[]>;
  readonly queueCounts: readonly {
    readonly group: string | undefined;
    readonly counts: QueueCounts;
  }[];
  readonly assignments: readonly {
    readonly agent: string;
    readonly sessions: readonly Assignment[];
  }[];
  readonly agents: readonly ListedAgent[];
  readonly sessionsOfUser: readonly string[];
  readonly count: number;
  /** Deadlines of the next hour, in the store's order. */
  readonly due: readonly (number | null | undefined)[];
  readonly notCaughtUp: readonly string[];
  /** New entries of each track of the log since the last view. */
  readonly log: Record<Track, readonly LoggedTransition[]>;
  /** By session: the live ones of all, aliases included. */
  readonly histories: Readonly<Record<string, readonly Transition[]>>;
  readonly shadowHistories: Readonly<Record<string, readonly Transition[]>>;
}

interface ReadOptions {
  /** All sessions that there may be. */
  readonly ids: readonly string[];
  readonly epochBefore: number;
  readonly cursors: Cursors;
}

/** Reads the view and moves the cursors to the end of the log. */
export async function readView(
  { store, engine, now }: EngineHarness,
  account: string,
  { ids, epochBefore, cursors }: ReadOptions,
): Promise<AccountView> {
  const { sessions } = await store.list(account, { limit: ALL });
  const lookups = ids.map((id) => ({ key: { account, id }, eventIds: [] }));
  const aliases = (await store.load(lookups)).flatMap(({ stored }) =>
    stored && aliasOf(stored.session) !== null ? [stored] : [],
  );
  const byId = new Map(sessions.map((stored) => [stored.session.id, stored]));
  const idsOf = (page: ListPage) => page.sessions.map(({ session }) => session.id);
  const list = async (query: Omit<ListQuery, "limit">) =>
    idsOf(await store.list(account, { ...query, limit: ALL }));
  const found = Object.entries(FOUND).map(async ([name, query]) => [name, await list(query)]);
  const counts = GROUPS.map(async (group) => ({
    group,
    counts: await store.countQueue(account, group),
  }));
  const due = (await store.due(now + DUE_HORIZON_MS, ALL)).filter((key) => key.account === account);
  const broadcasts = await store.broadcasts(epochBefore);
  const { epoch } = engine.broadcasts.latest(account);
  const notCaughtUp = await store.notCaughtUp(account, epoch, ALL);
  const agents = await store.agents(account, { limit: ALL });
  const assignments = agents.map(async ({ id }) => ({
    agent: id,
    sessions: await store.assignments(account, id, { limit: ALL }),
  }));
  const user = await idsOfUser(store, account, "u_1");
  const all = [...sessions, ...aliases].map(({ session }) => session.id).sort();
  const histories = async (track: Track) => {
    const read = all.map(async (id) => {
      const entries = await store.history({ account, id }, 0, ALL, track);
      return [id, entries.map(({ transition }) => transition)] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  };
  // `version` is left out: concurrent requests may share a commit or not.
  const shown = ({ version: _, ...stored }: Stored) => ({
    ...stored,
    epoch: broadcasts.filter(({ epoch }) => epoch <= stored.epoch).length,
  });
  return {
    sessions: sessions.map(shown),
    aliases: aliases.map(shown),
    lists: await Promise.all(QUERIES.map(list)),
    waiting: await list({ sort: "waiting" }),
    found: Object.fromEntries(await Promise.all(found)),
    queueCounts: await Promise.all(counts),
    assignments: await Promise.all(assignments),
    agents,
    sessionsOfUser: user,
    count: await store.count(account),
    due: due.map(({ id }) => byId.get(id)?.deadlineAt),
    notCaughtUp: notCaughtUp.map(({ id }) => id).sort(),
    log: {
      live: await readNewEntries(store.log(account, cursors.live, ALL, "live"), cursors, "live"),
      shadow: await readNewEntries(
        store.log(account, cursors.shadow, ALL, "shadow"),
        cursors,
        "shadow",
      ),
    },
    histories: await histories("live"),
    shadowHistories: await histories("shadow"),
  };
}

/** Sorts by session: entries of one commit have no defined order except within a session. */
async function readNewEntries(
  reading: Promise<readonly LogEntry[]>,
  cursors: Cursors,
  track: Track,
): Promise<readonly LoggedTransition[]> {
  const entries = await reading;
  for (const { cursor } of entries) {
    ok(cursor > cursors[track], "cursors rise");
    cursors[track] = cursor;
  }
  return entries
    .map(({ session, sessionCreatedAt, transition }) => ({ session, sessionCreatedAt, transition }))
    .sort((a, b) => (a.session === b.session ? 0 : a.session < b.session ? -1 : 1));
}

async function idsOfUser(store: Store, account: string, user: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const part: IdPart = await store.sessionsOf(account, user, after, ALL);
    ids.push(...part.ids);
    if (part.next === null) return ids.sort();
    after = part.next;
  }
}
