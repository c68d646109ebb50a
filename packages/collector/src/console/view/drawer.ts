import type { Track } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import type { SessionStore } from "../live/session-store.ts";
import { shadowHistory } from "../live/shadow.ts";
import { sentence } from "../model/sentence.ts";
import type { Session } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import { isTrial } from "../model/shadow.ts";
import type { Transition } from "../model/transition.ts";
import { stateWords, visitorName } from "../model/words.ts";
import { startDeskActions } from "./desk-actions.ts";
import { byId, setText } from "./element.ts";
import { factList } from "./facts.ts";
import { startHistoryList } from "./history-list.ts";
import { presenceMark, showPresence } from "./presence.ts";

/** How many of the newest entries are shown at first. */
const HISTORY_LIMIT = 200;

/** The dialog with one session's details and history, kept up to date while it is open. */
export function startDrawer(api: Api, store: SessionStore, settings: () => Settings) {
  const dialog = byId<HTMLDialogElement>("drawer");
  const name = byId("drawer-name");
  const state = byId("drawer-state");
  const facts = byId("drawer-facts");
  const shadowPart = byId("drawer-shadow");
  const presence = presenceMark();
  const showActions = startDeskActions(api, store);
  const histories = {
    live: startHistoryList(byId("drawer-history"), byId("drawer-no-history"), (transition) =>
      sentence(transition, settings()),
    ),
    shadow: startHistoryList(
      byId("drawer-shadow-history"),
      byId("drawer-no-shadow-history"),
      (transition) => sentence(transition, settings(), "shadow"),
    ),
  };
  byId("drawer-presence").replaceChildren(presence);
  let shownId: string | null = null;
  let shown: Session | null = null;

  function show(session: Session): void {
    shown = session;
    setText(name, visitorName(session));
    setText(state, stateWords(session));
    showPresence(presence, session);
    facts.replaceChildren(...factList(session));
    shadowPart.hidden = session.shadow === undefined;
    showActions(session);
  }

  async function read(track: Track, session: Session): Promise<void> {
    const { id } = session;
    const history = histories[track];
    try {
      const transitions =
        track === "shadow"
          ? await shadowHistory(api, id, HISTORY_LIMIT)
          : await newest(id, session.seq);
      if (shownId === id) history.add(transitions);
    } catch {
      if (shownId === id) history.fail();
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

  function open(id: string): void {
    const session = store.get(id);
    if (!session) return;
    shownId = id;
    for (const history of Object.values(histories)) history.clear();
    show(session);
    if (!dialog.open) dialog.showModal();
    read("live", session);
    if (isTrial(settings())) read("shadow", session);
  }

  store.listen((ids) => {
    const session = shownId && ids.includes(shownId) ? store.get(shownId) : null;
    if (session) show(session);
  });
  dialog.addEventListener("close", () => {
    shownId = null;
  });
  // A click outside the drawer closes it, as Escape does.
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  byId("drawer-close").addEventListener("click", () => dialog.close());

  return {
    open,
    note(track: Track, transitions: readonly Transition[]): void {
      const own = transitions.filter(({ session }) => session === shownId);
      if (own.length > 0) histories[track].add(own);
      // The list no longer has a session that goes on as another.
      const merged = track === "live" && own.find(({ mergedInto }) => mergedInto !== undefined);
      if (merged && shown) show({ ...shown, ...merged.to, queue: "none", capacityHeld: false });
    },
  };
}
