import { byId, setAttributes, setText } from "./element.ts";

const WORDS = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Reconnecting…",
};

/** Whether what is on the screen is up to date. */
export function showLine(line: keyof typeof WORDS): void {
  const place = byId("line");
  place.hidden = false;
  setAttributes(place, { "data-line": line });
  setText(place, WORDS[line]);
  byId("desk").classList.toggle("stale", line === "lost");
}
