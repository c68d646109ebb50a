import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Track } from "../../core/lists.ts";
import type { Api, DeskEvent } from "../live/api.ts";
import { failureWords } from "../live/problem.ts";
import type { SessionStore } from "../live/session-store.ts";
import { shadowHistory } from "../live/shadow.ts";
import type { Session } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import { isTrial } from "../model/shadow.ts";
import type { Transition } from "../model/transition.ts";
import { createHistory } from "./history.ts";

/** How many of the newest entries are shown at first. */
const HISTORY_LIMIT = 200;

export type Drawer = ReturnType<typeof createDrawer>;

/** One session's details and history, kept up to date while they are open. */
export function createDrawer(
  api: Pick<Api, "session" | "history" | "postEvent">,
  store: SessionStore,
  settings: ReadonlySignal<Settings>,
) {
  const isOpen = signal(false);
  const shown = signal<Session | null>(null);
  const error = signal("");
  const missing = signal<{ id: string; problem: string | null } | null>(null);
  const histories = { live: createHistory(), shadow: createHistory() };

  const openId = () => (isOpen.peek() ? shown.peek()?.id : undefined);

  async function read(track: Track, session: Session): Promise<void> {
    const { id } = session;
    const history = histories[track];
    try {
      const transitions =
        track === "shadow"
          ? await shadowHistory(api, id, HISTORY_LIMIT)
          : await newest(id, session.seq);
      if (openId() === id) history.add(transitions);
    } catch (failure) {
      if (openId() === id) history.fail(failureWords(failure));
    }
  }

  async function newest(id: string, seq: number): Promise<Transition[]> {
    const after = Math.max(0, seq - HISTORY_LIMIT);
    const [session, { transitions }] = await Promise.all([
      api.session(id),
      api.history(id, after, HISTORY_LIMIT + 100),
    ]);
    if (session) store.put([session]);
    return transitions;
  }

  async function find(id: string): Promise<Session | null> {
    try {
      const session = await api.session(id);
      if (session) store.put([session]);
      else missing.value = { id, problem: null };
      return session;
    } catch (failure) {
      missing.value = { id, problem: failureWords(failure) };
      return null;
    }
  }

  store.listen((ids) => {
    const id = openId();
    const session = id !== undefined && ids.includes(id) ? store.get(id) : undefined;
    if (session) shown.value = session;
  });

  return {
    isOpen: isOpen as ReadonlySignal<boolean>,
    shown: shown as ReadonlySignal<Session | null>,
    /**
     * The session that was to be opened and could not be read; `null` if it could. `problem` says why; `null`: it is
     * not there.
     */
    missing: missing as ReadonlySignal<{ id: string; problem: string | null } | null>,
    /** Why the desk's last event was not reported; empty if it was. */
    error: error as ReadonlySignal<string>,
    histories,

    /** Opens a session, which is read first if it is not loaded. */
    async open(id: string): Promise<void> {
      missing.value = null;
      const session = store.get(id) ?? (await find(id));
      if (!session) return;
      batch(() => {
        for (const history of Object.values(histories)) history.clear();
        shown.value = session;
        error.value = "";
        isOpen.value = true;
      });
      read("live", session);
      if (isTrial(settings.peek())) read("shadow", session);
    },

    close(): void {
      isOpen.value = false;
    },

    /** Reports an event of the desk. */
    async send(id: string, event: DeskEvent): Promise<void> {
      error.value = "";
      try {
        store.put([await api.postEvent(id, event)], true);
      } catch (failure) {
        error.value = failureWords(failure);
      }
    },

    note(track: Track, transitions: readonly Transition[]): void {
      const own = transitions.filter(({ session }) => session === openId());
      if (own.length > 0) histories[track].add(own);
      // The list no longer has a session that goes on as another.
      const merged = track === "live" && own.find(({ mergedInto }) => mergedInto !== undefined);
      const session = shown.peek();
      if (merged && session) {
        shown.value = { ...session, ...merged.to, queue: "none", capacityHeld: false };
      }
    },
  };
}
