import type { QueueStanding } from "../../core/lists.ts";
import type { SessionStore } from "../live/session-store.ts";
import type { Queued } from "../model/session.ts";
import { ticketWords, visitorName } from "../model/words.ts";
import { element, setAttributes, setText } from "./element.ts";
import { flash } from "./flash.ts";
import { presenceMark, showPresence } from "./presence.ts";
import { setSince, since } from "./since.ts";

/** Longer lists are cut off; the summary and the table show all sessions. */
const MAX_SHOWN = 100;

interface Item {
  item: HTMLLIElement;
  show(entry: Queued): void;
}

/**
 * The sessions that wait for an agent, in queue order.
 * @param standing the queue standing of the sessions in this list
 * @returns a function that shows the queue as it was last read, and returns its length
 */
export function startQueueList(
  list: HTMLElement,
  standing: QueueStanding,
  store: SessionStore,
  open: (id: string) => void,
): (queued: Queued[]) => number {
  const items = new Map<string, Item>();
  let queued: Queued[] = [];
  let isFirst = true;

  function show(): void {
    const listed = new Set(queued.slice(0, MAX_SHOWN).map(({ session }) => session));
    for (const [id, { item }] of items) {
      if (listed.has(id)) continue;
      item.remove();
      items.delete(id);
    }
    for (const [index, entry] of queued.slice(0, MAX_SHOWN).entries()) {
      const existing = items.get(entry.session);
      const shown = existing ?? createItem(entry.session, store, open);
      items.set(entry.session, shown);
      shown.show(entry);
      const current = list.children[index] ?? null;
      if (current !== shown.item) list.insertBefore(shown.item, current);
      if (!existing && !isFirst) flash(shown.item);
    }
  }

  // Sessions that left the queue are removed immediately; new ones appear when it is read again.
  store.listen((ids) => {
    const changed = new Set(ids);
    if (!queued.some(({ session }) => changed.has(session))) return;
    queued = queued
      .filter(({ session }) => !changed.has(session) || store.get(session)?.queue === standing)
      .map((entry, index) => ({ ...entry, position: index + 1 }));
    show();
  });

  return (fresh) => {
    queued = fresh;
    show();
    isFirst = false;
    return queued.length;
  };
}

function createItem(id: string, store: SessionStore, open: (id: string) => void): Item {
  const position = element("span", { class: "position" });
  const name = element("button", { type: "button", class: "name", "aria-haspopup": "dialog" });
  const waited = since("fine");
  const presence = presenceMark();
  const ticket = element("span", { class: "quiet" });
  const item = element(
    "li",
    { "data-queued": id },
    position,
    element("div", { class: "who" }, name, ticket),
    element("div", { class: "wait" }, waited, presence),
  );
  item.addEventListener("click", () => open(id));

  function show(entry: Queued): void {
    const session = store.get(id);
    setText(position, String(entry.position));
    setText(name, session ? visitorName(session) : (entry.user ?? id));
    setText(ticket, ticketWords(session?.ticket ?? entry.ticket));
    setSince(waited, entry.queuedAt);
    showPresence(presence, session ?? entry);
    setAttributes(item, { "data-presence": session?.presence ?? entry.presence });
  }

  return { item, show };
}
