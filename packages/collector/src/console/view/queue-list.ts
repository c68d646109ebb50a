import type { Roster } from "../live/roster.ts";
import type { Queued } from "../model/session.ts";
import { ticketWords, visitorName } from "../model/words.ts";
import { byId, element, setAttributes, setText } from "./element.ts";
import { flash } from "./flash.ts";
import { presenceMark, setPresence } from "./presence.ts";
import { setSince, since } from "./since.ts";

/** Who waits for an agent, in the order in which the queue will serve them. */
export function startQueueList(roster: Roster, open: (id: string) => void) {
  const list = byId("queue");
  const nobody = byId("queue-empty");
  const items = new Map<string, ReturnType<typeof createItem>>();
  let queued: Queued[] = [];

  function show(flashNew: boolean): void {
    const here = new Set(queued.map(({ session }) => session));
    for (const [id, { item }] of items) {
      if (here.has(id)) continue;
      item.remove();
      items.delete(id);
    }
    queued.forEach((entry, index) => {
      const known = items.get(entry.session);
      const shown = known ?? createItem(entry.session, open);
      items.set(entry.session, shown);
      shown.show(entry);
      if (list.children[index] !== shown.item)
        list.insertBefore(shown.item, list.children[index] ?? null);
      if (!known && flashNew) flash(shown.item);
    });
    nobody.hidden = queued.length > 0;
  }

  function createItem(id: string, open: (id: string) => void) {
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
    return {
      item,
      show(entry: Queued) {
        const session = roster.get(id);
        const isThere = session?.presence ?? entry.presence;
        setText(position, String(entry.position));
        setText(name, session ? visitorName(session) : id);
        setText(ticket, ticketWords(session?.ticket ?? entry.ticket));
        setSince(waited, entry.queuedAt);
        setPresence(presence, isThere);
        setAttributes(item, { "data-presence": isThere });
      },
    };
  }

  // Who left the queue is taken out at once; who joined comes with the queue's next answer.
  roster.listen((ids) => {
    const changed = new Set(ids);
    const kept = queued.filter(({ session }) => {
      return !changed.has(session) || roster.get(session)?.queue === "queued";
    });
    if (kept.length !== queued.length || queued.some(({ session }) => changed.has(session))) {
      queued = kept.map((entry, index) => ({ ...entry, position: index + 1 }));
      show(false);
    }
  });

  let first = true;
  return (fresh: Queued[]) => {
    queued = fresh;
    show(!first);
    first = false;
  };
}
