import type { Api } from "../live/api.ts";
import type { Roster } from "../live/roster.ts";
import { sentence } from "../model/sentence.ts";
import type { Session } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import type { Transition } from "../model/transition.ts";
import { stateWords, visitorName } from "../model/words.ts";
import { startDeskActions } from "./desk-actions.ts";
import { byId, element, setText } from "./element.ts";
import { factList } from "./facts.ts";
import { presenceMark, setPresence } from "./presence.ts";

/** So many of the newest entries are shown at first. */
const HISTORY_LIMIT = 200;

/** One session's details and history, beside the list, kept up to date while it is open. */
export function startDrawer(api: Api, roster: Roster, settings: () => Settings) {
  const dialog = byId<HTMLDialogElement>("drawer");
  const name = byId("drawer-name");
  const state = byId("drawer-state");
  const facts = byId("drawer-facts");
  const history = byId("drawer-history");
  const presence = presenceMark();
  const showActions = startDeskActions(api, roster);
  byId("drawer-presence").replaceChildren(presence);
  let shownId: string | null = null;
  let newest = 0;

  function show(session: Session): void {
    setText(name, visitorName(session));
    setText(state, stateWords(session));
    setPresence(presence, session.presence);
    facts.replaceChildren(...factList(session));
    showActions(session);
  }

  function entry(transition: Transition): HTMLLIElement {
    const at = new Date(transition.at);
    return element(
      "li",
      { "data-seq": String(transition.seq) },
      element(
        "time",
        { datetime: transition.at, title: at.toLocaleString() },
        at.toLocaleTimeString(),
      ),
      element("p", {}, sentence(transition, settings())),
    );
  }

  /** Adds what is newer than what is shown. */
  function prepend(transitions: Transition[]): void {
    const fresh = transitions.filter(({ seq }) => seq > newest).sort((a, b) => a.seq - b.seq);
    for (const transition of fresh) history.prepend(entry(transition));
    newest = fresh.at(-1)?.seq ?? newest;
    byId("drawer-no-history").hidden = history.children.length > 0;
  }

  async function open(id: string): Promise<void> {
    const session = roster.get(id);
    if (!session) return;
    shownId = id;
    newest = 0;
    history.replaceChildren();
    show(session);
    if (!dialog.open) dialog.showModal();
    try {
      const after = Math.max(0, session.seq - HISTORY_LIMIT);
      const [whole, { transitions }] = await Promise.all([
        api.session(id),
        api.history(id, after, HISTORY_LIMIT + 100),
      ]);
      if (shownId !== id) return;
      if (whole) roster.put([whole]);
      prepend(transitions);
    } catch {
      setText(byId("drawer-no-history"), "The history could not be read. Open it again to retry.");
    }
  }

  roster.listen((ids) => {
    const session = shownId && ids.includes(shownId) ? roster.get(shownId) : null;
    if (session) show(session);
  });
  dialog.addEventListener("close", () => {
    shownId = null;
  });
  // A click beside the drawer closes it, as Escape does.
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  byId("drawer-close").addEventListener("click", () => dialog.close());

  return {
    open,
    note(transition: Transition): void {
      if (transition.session === shownId) prepend([transition]);
    },
  };
}
