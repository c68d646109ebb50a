import type { Queued, Session, State } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import type { Transition } from "../model/transition.ts";
import { type Api, WrongKey } from "./api.ts";
import { coalesce } from "./coalesce.ts";
import type { Roster } from "./roster.ts";
import { followTransitions } from "./stream.ts";

/** Those who need somebody come first, so that they are here whatever else there is. */
const STATES: readonly State[] = ["active", "inactive", "none", "ended"];

/** So many sessions are loaded at once; more on request. */
const AT_ONCE = 1_000;

/** If more have changed at once, to read all anew is less to ask. */
const ONE_BY_ONE = 100;

/** In a rush the queue, which is answered whole, is not read more often than this. */
const QUEUE_PAUSE_MS = 250;

/** A change of settings that changes no session is not in the stream. */
const SETTINGS_EVERY_MS = 30_000;

const RELOAD_PAUSE_MS = 2_000;

export interface FeedListener {
  onLine(line: "live" | "lost"): void;
  /** A load is complete. `unread`: of these states there are sessions that are not here yet. */
  onLoaded(unread: readonly State[]): void;
  onTransition(transition: Transition): void;
  onSettings(settings: Settings): void;
  onQueue(queued: Queued[], direct: Queued[]): void;
  onRefused(): void;
}

export interface Feed {
  loadMore(): Promise<void>;
  /** Reads everything anew. */
  reload(): void;
  /** Reads these sessions anew. */
  refresh(ids: ReadonlySet<string>): void;
  stop(): void;
}

/**
 * Keeps the roster true: loads it, follows the stream, and fetches each session anew that a
 * transition speaks of, for a transition does not tell everything.
 */
export function startFeed(api: Api, roster: Roster, listener: FeedListener): Feed {
  let listing: AsyncGenerator<Page> | null = null;
  let stopped = false;

  const failed = (error: unknown) => {
    if (error instanceof WrongKey && !stopped) listener.onRefused();
    // Anything else: the stream breaks too, and its return loads everything again.
  };

  const refreshSession = coalesce(async (id: string) => {
    const session = await api.session(id);
    if (stopped) return;
    if (session) roster.put([session], roster.get(id) === undefined);
    else roster.remove([id]);
  }, failed);

  const refreshQueue = coalesce(
    async (_: "queue") => {
      const { queued, direct } = await api.queue();
      if (!stopped) listener.onQueue(queued, direct);
    },
    failed,
    QUEUE_PAUSE_MS,
  );

  const refreshSettings = coalesce(async (_: "settings") => {
    const settings = await api.settings();
    if (!stopped) listener.onSettings(settings);
  }, failed);

  const reload = coalesce(async (_: "all") => {
    const before = new Set([...roster.all()].map(({ id }) => id));
    const pages = listSessions(api);
    const unread = await take(pages, (sessions) => {
      for (const { id } of sessions) before.delete(id);
    });
    if (stopped) return;
    // What was here and is not in a complete list was erased meanwhile.
    if (unread.length === 0) roster.remove(before);
    listing = pages;
    listener.onLoaded(unread);
  }, retryReload);

  function retryReload(error: unknown): void {
    failed(error);
    if (!(error instanceof WrongKey)) setTimeout(() => stopped || reload("all"), RELOAD_PAUSE_MS);
  }

  /** Puts up to `AT_ONCE` sessions into the roster; answers of which states there are more. */
  async function take(
    pages: AsyncGenerator<Page>,
    seen: (sessions: Session[]) => void = () => {},
  ): Promise<readonly State[]> {
    for (let count = 0; ; ) {
      const { done, value } = await pages.next();
      if (done || stopped) return [];
      roster.put(value.sessions);
      seen(value.sessions);
      count += value.sessions.length;
      if (count >= AT_ONCE) return value.unread;
    }
  }

  const settingsTimer = setInterval(() => refreshSettings("settings"), SETTINGS_EVERY_MS);

  const stopStream = followTransitions(api, {
    // The list is read once the stream is open: whatever changes in between arrives by the stream.
    onLive(again) {
      listener.onLine("live");
      if (again) refreshSettings("settings");
      reload("all");
      refreshQueue("queue");
    },
    onLost: () => listener.onLine("lost"),
    onRefused: () => listener.onRefused(),
    onTransition(transition) {
      roster.apply(transition);
      listener.onTransition(transition);
      refreshSession(transition.session);
      refreshQueue("queue");
      if (transition.cause === "settings_changed") refreshSettings("settings");
    },
  });

  return {
    async loadMore() {
      if (listing) listener.onLoaded(await take(listing));
    },
    reload: () => reload("all"),
    refresh(ids) {
      if (ids.size > ONE_BY_ONE) reload("all");
      else for (const id of ids) refreshSession(id);
    },
    stop() {
      stopped = true;
      clearInterval(settingsTimer);
      stopStream();
    },
  };
}

interface Page {
  sessions: Session[];
  /** Of these states there are more sessions after this page. */
  unread: readonly State[];
}

async function* listSessions(api: Api): AsyncGenerator<Page> {
  for (const [index, state] of STATES.entries()) {
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Api["sessions"]>> = await api.sessions(state, cursor);
      cursor = page.cursor;
      const unread = STATES.slice(cursor === null ? index + 1 : index);
      yield { sessions: page.sessions, unread };
    } while (cursor !== null);
  }
}
