import type { Roster } from "../live/roster.ts";
import type { Queue, Queued } from "../model/session.ts";
import { ticketWords, visitorName } from "../model/words.ts";
import { element, setAttributes, setText } from "./element.ts";
import { flash } from "./flash.ts";
import { presenceMark, showPresence } from "./presence.ts";
import { setSince, since } from "./since.ts";

/** Nobody reads further down; how many there are is said above and in the table below. */
const SHOWN = 100;

interface Item {
  item: HTMLLIElement;
  show(entry: Queued): void;
}

/**
 * Who waits for an agent, in the order in which the queue will serve them.
 * @param standing where in the queue those in this list stand
 * @returns a function that shows the queue's newest answer, and answers how many wait
 */
export function startQueueList(
  list: HTMLElement,
  standing: Queue,
  roster: Roster,
  open: (id: string) => void,
): (queued: Queued[]) => number {
  const items = new Map<string, Item>();
  let queued: Queued[] = [];
  let isFirst = true;

  function show(): void {
    const here = new Set(queued.slice(0, SHOWN).map(({ session }) => session));
    for (const [id, { item }] of items) {
      if (here.has(id)) continue;
      item.remove();
      items.delete(id);
    }
    for (const [index, entry] of queued.slice(0, SHOWN).entries()) {
      const known = items.get(entry.session);
      const shown = known ?? createItem(entry.session, roster, open);
      items.set(entry.session, shown);
      shown.show(entry);
      const there = list.children[index] ?? null;
      if (there !== shown.item) list.insertBefore(shown.item, there);
      if (!known && !isFirst) flash(shown.item);
    }
  }

  // Who left the queue is taken out at once; who joined comes with the queue's next answer.
  roster.listen((ids) => {
    const changed = new Set(ids);
    if (!queued.some(({ session }) => changed.has(session))) return;
    queued = queued
      .filter(({ session }) => !changed.has(session) || roster.get(session)?.queue === standing)
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

function createItem(id: string, roster: Roster, open: (id: string) => void): Item {
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
    const session = roster.get(id);
    setText(position, String(entry.position));
    setText(name, session ? visitorName(session) : (entry.user ?? id));
    setText(ticket, ticketWords(session?.ticket ?? entry.ticket));
    setSince(waited, entry.queuedAt);
    showPresence(presence, session ?? entry);
    setAttributes(item, { "data-presence": session?.presence ?? entry.presence });
  }

  return { item, show };
}
