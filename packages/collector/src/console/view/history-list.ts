import type { Transition } from "../model/transition.ts";
import { element, setText } from "./element.ts";

/**
 * What happened to a session, newest first.
 * @param note stands in place of an empty list
 * @param words what one entry says
 */
export function startHistoryList(
  list: HTMLElement,
  note: HTMLElement,
  words: (transition: Transition) => string,
) {
  const shown = new Map<number, HTMLLIElement>();

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
      element("p", {}, words(transition)),
    );
  }

  return {
    clear(): void {
      shown.clear();
      list.replaceChildren();
      note.hidden = true;
    },
    /** Puts in its place what is not there yet: news may be quicker than what came before. */
    add(transitions: readonly Transition[]): void {
      const fresh = transitions.filter(({ seq }) => !shown.has(seq));
      for (const transition of fresh) shown.set(transition.seq, entry(transition));
      if (fresh.length > 0) {
        const newestFirst = [...shown].sort(([a], [b]) => b - a);
        list.replaceChildren(...newestFirst.map(([, item]) => item));
      }
      setText(note, "Nothing yet.");
      note.hidden = list.children.length > 0;
    },
    fail(): void {
      setText(note, "The history could not be read. Open it again to retry.");
      note.hidden = false;
    },
  };
}
