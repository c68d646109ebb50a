import type { Transition } from "../model/transition.ts";
import { element, setText } from "./element.ts";

/**
 * A session's history, newest first.
 * @param note the element that is shown instead of an empty list
 * @param words the text of one entry
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
    /** Inserts missing entries in order; the stream may deliver new ones before older ones load. */
    add(transitions: readonly Transition[]): void {
      const missing = transitions.filter(({ seq }) => !shown.has(seq));
      for (const transition of missing) shown.set(transition.seq, entry(transition));
      if (missing.length > 0) {
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
