import type { State } from "../../core/lists.ts";
import type { Queued, Session } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import type { Transition } from "../model/transition.ts";
import type { Api } from "./api.ts";
import { coalesce } from "./coalesce.ts";
import { SignInEnded } from "./problem.ts";
import type { SessionStore } from "./session-store.ts";
import { followTransitions } from "./stream.ts";

/** In loading order: sessions that need attention are loaded even if there are too many others. */
const STATES = Object.keys({
  active: 1,
  inactive: 2,
  none: 3,
  ended: 4,
} satisfies Record<State, number>) as State[];

/** How many sessions one load reads; the rest are loaded on request. */
const MAX_PER_LOAD = 1_000;

/** If more sessions changed, reading the whole list takes fewer requests. */
const MAX_SINGLE_READS = 100;

/** Minimum time between two reads of the beginning of the queue: it is as long as hundreds of changes. */
const QUEUE_PAUSE_MS = 1_000;

/** The queue is polled too, since that no signal arrives is not in the stream. */
const QUEUE_EVERY_MS = 10_000;

/** Settings are polled, since a change that affects no session is not in the stream. */
const SETTINGS_EVERY_MS = 30_000;

const RELOAD_PAUSE_MS = 2_000;

export interface FeedListener {
  onConnection(state: "live" | "lost"): void;
  /** A load is complete; `unread` lists the states with sessions that are not loaded yet. */
  onLoaded(unread: readonly State[]): void;
  onTransition(transition: Transition): void;
  onSettings(settings: Settings): void;
  onQueue(queued: Queued[], direct: Queued[]): void;
  /** Since when no signal of the account arrives; `null`: they do. */
  onUnheard(since: string | null): void;
  onRefused(): void;
}

export interface Feed {
  loadMore(): Promise<void>;
  /** Reads all sessions again. */
  reload(): void;
  /** Reads these sessions again. */
  refresh(ids: ReadonlySet<string>): void;
  stop(): void;
}

/**
 * Keeps the session store up to date: loads it, follows the stream, and reads the session of each
 * transition again, since a transition does not contain every field.
 */
export function startFeed(api: Api, store: SessionStore, listener: FeedListener): Feed {
  let listing: AsyncGenerator<Page> | null = null;
  let stopped = false;

  const failed = (error: unknown) => {
    if (error instanceof SignInEnded && !stopped) listener.onRefused();
    // Other errors also break the stream, and everything is loaded again when it reopens.
  };

  const refreshSession = coalesce(async (id: string) => {
    const session = await api.session(id);
    if (stopped) return;
    if (session) store.put([session], store.get(session.id) === undefined);
    if (!session) store.remove([id]);
    // It goes on as another session, which is what was read.
    else if (session.id !== id) store.removeMerged(id);
  }, failed);

  const refreshQueue = coalesce(
    async (_: "queue") => {
      const { queued, direct, unheardSince } = await api.queue();
      if (stopped) return;
      listener.onQueue(queued, direct);
      listener.onUnheard(unheardSince);
    },
    failed,
    QUEUE_PAUSE_MS,
  );

  const refreshSettings = coalesce(async (_: "settings") => {
    const settings = await api.settings();
    if (!stopped) listener.onSettings(settings);
  }, failed);

  const reload = coalesce(async (_: "all") => {
    const before = new Set([...store.all()].map(({ id }) => id));
    const pages = listSessions(api);
    const unread = await loadPages(pages, (sessions) => {
      for (const { id } of sessions) before.delete(id);
    });
    if (stopped) return;
    // Sessions that a complete list does not contain were erased meanwhile.
    if (unread.length === 0) store.remove(before);
    listing = pages;
    listener.onLoaded(unread);
  }, retryReload);

  function retryReload(error: unknown): void {
    failed(error);
    if (!(error instanceof SignInEnded))
      setTimeout(() => stopped || reload("all"), RELOAD_PAUSE_MS);
  }

  /** Loads up to `MAX_PER_LOAD` sessions; returns the states of which there are more. */
  async function loadPages(
    pages: AsyncGenerator<Page>,
    seen: (sessions: Session[]) => void = () => {},
  ): Promise<readonly State[]> {
    for (let count = 0; ; ) {
      const { done, value } = await pages.next();
      if (done || stopped) return [];
      store.put(value.sessions);
      seen(value.sessions);
      count += value.sessions.length;
      if (count >= MAX_PER_LOAD) return value.unread;
    }
  }

  const settingsTimer = setInterval(() => refreshSettings("settings"), SETTINGS_EVERY_MS);
  const queueTimer = setInterval(() => refreshQueue("queue"), QUEUE_EVERY_MS);

  const stopStream = followTransitions(api, {
    // The list is read after the stream has opened, so that changes during the load are not missed.
    onLive(isReconnect) {
      listener.onConnection("live");
      if (isReconnect) refreshSettings("settings");
      reload("all");
      refreshQueue("queue");
    },
    onLost: () => listener.onConnection("lost"),
    onRefused: () => listener.onRefused(),
    onTransition(transition) {
      store.apply(transition);
      listener.onTransition(transition);
      if (transition.mergedInto !== undefined) store.removeMerged(transition.session);
      refreshSession(transition.session);
      refreshQueue("queue");
      if (transition.cause === "settings_changed") refreshSettings("settings");
    },
  });

  return {
    async loadMore() {
      if (listing) listener.onLoaded(await loadPages(listing));
    },
    reload: () => reload("all"),
    refresh(ids) {
      if (ids.size > MAX_SINGLE_READS) reload("all");
      else for (const id of ids) refreshSession(id);
    },
    stop() {
      stopped = true;
      clearInterval(settingsTimer);
      clearInterval(queueTimer);
      stopStream();
    },
  };
}

interface Page {
  sessions: Session[];
  /** The states with more sessions after this page. */
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
