/**
 * Everything that an account shows to whoever asks its store, in a form in which two stores can be
 * compared: without cursors, and in one order where the contract leaves the order open.
 * @module
 */
import { ok } from "node:assert/strict";
import type { Transition } from "../core/transition.ts";
import type { Agent, Assignment, ListQuery, LogEntry, Stored, Track } from "../stores/store.ts";
import type { EngineHarness } from "./engine-harness.ts";

const ALL = 1_000;
/** How far ahead deadlines are looked at. */
const AHEAD_MS = 3_600_000;
const TRACKS: readonly Track[] = ["live", "shadow"];

/** Which lists are asked for, besides the whole. */
const QUERIES: readonly Omit<ListQuery, "limit">[] = [
  { state: "active" },
  { state: "inactive", presence: "offline" },
  { presence: "online", queue: "none" },
  { queue: "queued", afterId: "a" },
  { assignee: "agent_1" },
];

/** How far each track of the log has been read. */
export type Cursors = Record<Track, number>;

interface SeenTransition {
  readonly session: string;
  readonly sessionCreatedAt: number;
  readonly transition: Transition;
}

export interface View {
  /** In place of the epoch: how many broadcasts of the history the session has been told. */
  readonly sessions: readonly Omit<Stored, "version">[];
  readonly lists: readonly (readonly string[])[];
  readonly queues: readonly (readonly string[])[];
  readonly assignments: readonly Assignment[];
  readonly agents: readonly Agent[];
  readonly ofUser: readonly string[];
  readonly count: number;
  /** Deadlines of the hour ahead, in the order in which the store gives them. */
  readonly due: readonly (number | null | undefined)[];
  readonly behind: readonly string[];
  /** What each track of the log has gained since the last view. */
  readonly log: Record<Track, readonly SeenTransition[]>;
  readonly histories: readonly (readonly Transition[])[];
}

/** Reads the view, and moves the cursors to the end of the log. */
export async function viewOf(
  { store, engine, now }: EngineHarness,
  account: string,
  epochBefore: number,
  cursors: Cursors,
): Promise<View> {
  const sessions = await store.list(account, { limit: ALL });
  const byId = new Map(sessions.map((stored) => [stored.session.id, stored]));
  const idsOf = (list: readonly Stored[]) => list.map(({ session }) => session.id);
  const lists = QUERIES.map((query) => store.list(account, { ...query, limit: ALL }));
  const queues = [null, "one"].map((group) => store.queue(account, group));
  const due = (await store.due(now + AHEAD_MS, ALL)).filter((key) => key.account === account);
  const broadcasts = await store.broadcasts(epochBefore);
  const { epoch } = engine.broadcasts.latest(account);
  const behind = await store.notCaughtUp(account, epoch, ALL);
  const histories = sessions.flatMap(({ session }) =>
    TRACKS.map((track) => store.history({ account, id: session.id }, 0, ALL, track)),
  );
  return {
    // Of requests that come together each may be a commit of its own, or all may be one.
    sessions: sessions.map(({ version: _, ...stored }) => ({
      ...stored,
      epoch: broadcasts.filter(({ epoch }) => epoch <= stored.epoch).length,
    })),
    lists: (await Promise.all(lists)).map(idsOf),
    queues: (await Promise.all(queues)).map(idsOf),
    assignments: await store.assignments(account),
    agents: await store.agents(account),
    ofUser: await store.sessionsOf(account, "u_1"),
    count: await store.count(account),
    due: due.map(({ id }) => byId.get(id)?.deadlineAt),
    behind: behind.map(({ id }) => id).sort(),
    log: {
      live: await gained(store.log(account, cursors.live, ALL, "live"), cursors, "live"),
      shadow: await gained(store.log(account, cursors.shadow, ALL, "shadow"), cursors, "shadow"),
    },
    histories: (await Promise.all(histories)).map((entries) =>
      entries.map(({ transition }) => transition),
    ),
  };
}

/** Sessions of one commit come in any order; the entries of one session come in theirs. */
async function gained(
  reading: Promise<readonly LogEntry[]>,
  cursors: Cursors,
  track: Track,
): Promise<readonly SeenTransition[]> {
  const entries = await reading;
  for (const { cursor } of entries) {
    ok(cursor > cursors[track], "cursors rise");
    cursors[track] = cursor;
  }
  return entries
    .map(({ session, sessionCreatedAt, transition }) => ({ session, sessionCreatedAt, transition }))
    .sort((a, b) => (a.session === b.session ? 0 : a.session < b.session ? -1 : 1));
}
