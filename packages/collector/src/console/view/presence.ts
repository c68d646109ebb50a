import type { Session } from "../model/session.ts";
import { seenPresence } from "../model/shadow.ts";
import { PRESENCE_WORDS } from "../model/words.ts";
import { element, setAttributes, setText } from "./element.ts";

/** A dot whose form tells as much as its colour, the word, and whether it is only tried out. */
export function presenceMark(): HTMLElement {
  return element(
    "span",
    { class: "presence" },
    element("small", { hidden: "" }, "would be "),
    element("i", {}),
    element("span"),
  );
}

/** Shows whether the visitor is there; in a trial run, whether presence would say so. */
export function showPresence(
  mark: HTMLElement,
  session: Pick<Session, "presence" | "shadow">,
): void {
  const presence = seenPresence(session);
  const { word, meaning } = PRESENCE_WORDS[presence];
  const isTried = session.shadow !== undefined;
  setAttributes(mark, {
    "data-is": presence,
    title: isTried ? `${meaning}. Only tried out: it changes nothing yet` : meaning,
  });
  mark.querySelector("small")?.toggleAttribute("hidden", !isTried);
  if (mark.lastElementChild) setText(mark.lastElementChild, word);
}
