import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { failureWords } from "../live/problem.ts";
import type { SessionStore } from "../live/session-store.ts";
import {
  addressOf,
  type ConversationFilter,
  filterIn,
  queryOf,
} from "../model/conversation-filter.ts";
import { sortConversations } from "../model/conversation-order.ts";
import { readViews, type SavedView, writeViews } from "../model/saved-views.ts";
import type { Session } from "../model/session.ts";

/** More are not read: a filter finds what is sought sooner. */
export const MAX_READ = 5_000;
const PAGE = 500;

/** Only to compare filters. */
const EPOCH = new Date(0);

/** `more`: there are more than were read. */
export type Reading = "unread" | "reading" | "read" | "more";

export type Conversations = ReturnType<typeof createConversations>;

/**
 * The conversations that a filter finds. Each row follows what is known of its session live; their order is
 * that of the reading, so that no row moves away under the pointer.
 */
export function createConversations(
  api: Pick<Api, "findSessions">,
  store: SessionStore,
  storage: () => Pick<Storage, "getItem" | "setItem"> = () => localStorage,
) {
  const filter = signal<ConversationFilter>(filterIn(new URLSearchParams()));
  const rows = signal<readonly Signal<Session>[]>([]);
  const byId = new Map<string, Signal<Session>>();
  const status = signal<Reading>("unread");
  const problem = signal("");
  const views = signal<readonly SavedView[]>(readViews(storage));
  const isViewKept = signal(true);
  let reading = new AbortController();

  async function read(): Promise<void> {
    reading.abort();
    reading = new AbortController();
    const { signal: aborted } = reading;
    const query = queryOf(filter.peek(), new Date());
    query.set("limit", String(PAGE));
    const sessions = new Map<string, Session>();
    batch(() => {
      status.value = "reading";
      problem.value = "";
    });
    try {
      let cursor: string | null = null;
      do {
        if (cursor !== null) query.set("cursor", cursor);
        const page = await api.findSessions(query, aborted);
        if (aborted.aborted) return;
        for (const session of page.sessions) sessions.set(session.id, session);
        put([...sessions.values()]);
        cursor = page.cursor;
      } while (cursor !== null && sessions.size < MAX_READ);
      status.value = cursor === null ? "read" : "more";
    } catch (failure) {
      if (aborted.aborted) return;
      batch(() => {
        status.value = "read";
        problem.value = failureWords(failure);
      });
    }
  }

  function put(sessions: readonly Session[]): void {
    byId.clear();
    rows.value = sortConversations(sessions, filter.peek()).map((session) => {
      const row = signal(store.newest(session));
      byId.set(session.id, row);
      return row;
    });
  }

  store.listen((ids) =>
    batch(() => {
      for (const id of ids) {
        const [row, session] = [byId.get(id), store.get(id)];
        if (row && session) row.value = session;
      }
    }),
  );

  function keep(next: readonly SavedView[]): void {
    batch(() => {
      views.value = next;
      isViewKept.value = writeViews(storage, next);
    });
  }

  return {
    filter: filter as ReadonlySignal<ConversationFilter>,
    rows: rows as ReadonlySignal<readonly Signal<Session>[]>,
    status: status as ReadonlySignal<Reading>,
    /** Why they could not be read; empty if they could. */
    problem: problem as ReadonlySignal<string>,
    views: views as ReadonlySignal<readonly SavedView[]>,
    /** Whether the browser keeps the views after the page is closed. */
    isViewKept: isViewKept as ReadonlySignal<boolean>,
    read,

    /** Once the page is left: what is shown next is read. */
    forget(): void {
      reading.abort();
      status.value = "unread";
    },

    /** Follows the address; another order alone reads nothing. */
    show(address: string): void {
      const before = queryOf(filter.peek(), EPOCH).toString();
      filter.value = filterIn(new URLSearchParams(address));
      const isSame = queryOf(filter.peek(), EPOCH).toString() === before;
      if (isSame && status.peek() !== "unread") put(rows.peek().map((row) => row.peek()));
      else void read();
    },

    /** Keeps the present filter under a name; one of that name is replaced. */
    saveView(name: string): void {
      const address = addressOf(filter.peek()).toString();
      keep([...views.peek().filter((view) => view.name !== name), { name, address }]);
    },
    removeView: (name: string) => keep(views.peek().filter((view) => view.name !== name)),
  };
}
