import type { Presence } from "../model/session.ts";
import { PRESENCE_WORDS } from "../model/words.ts";
import { element, setAttributes, setText } from "./element.ts";

/** A dot whose form tells as much as its colour, and the word. */
export function presenceMark(): HTMLElement {
  return element("span", { class: "presence" }, element("i", {}), element("span"));
}

export function setPresence(mark: HTMLElement, presence: Presence): void {
  const { word, meaning } = PRESENCE_WORDS[presence];
  setAttributes(mark, { "data-is": presence, title: meaning });
  if (mark.lastElementChild) setText(mark.lastElementChild, word);
}
