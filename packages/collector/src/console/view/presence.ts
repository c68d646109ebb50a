import type { Session } from "../model/session.ts";
import { seenPresence } from "../model/shadow.ts";
import { PRESENCE_WORDS } from "../model/words.ts";
import { element, setAttributes, setText } from "./element.ts";

/** A dot with a form and colour per presence, its word, and a mark for the trial run. */
export function presenceMark(): HTMLElement {
  return element(
    "span",
    { class: "presence" },
    element("small", { hidden: "" }, "would be "),
    element("i", {}),
    element("span"),
  );
}

/** Shows the session's presence; in a trial run, that of its shadow. */
export function showPresence(
  mark: HTMLElement,
  session: Pick<Session, "presence" | "shadow">,
): void {
  const presence = seenPresence(session);
  const { word, meaning } = PRESENCE_WORDS[presence];
  const isTrial = session.shadow !== undefined;
  setAttributes(mark, {
    "data-is": presence,
    title: isTrial ? `${meaning}. Only tried out: it changes nothing yet` : meaning,
  });
  mark.querySelector("small")?.toggleAttribute("hidden", !isTrial);
  if (mark.lastElementChild) setText(mark.lastElementChild, word);
}
