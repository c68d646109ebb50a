import { byId, setAttributes, setText } from "./element.ts";

const WORDS = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Reconnecting…",
};

/** Shows the state of the connection, and marks the page as stale while it is lost. */
export function showConnection(state: keyof typeof WORDS): void {
  const status = byId("connection");
  status.hidden = false;
  setAttributes(status, { "data-connection": state });
  setText(status, WORDS[state]);
  byId("desk").classList.toggle("stale", state === "lost");
}
