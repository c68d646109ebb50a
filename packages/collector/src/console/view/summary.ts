import type { State } from "../../core/lists.ts";
import type { SessionStore } from "../live/session-store.ts";
import { countGroups, GROUPS, type Group, groupOf } from "../model/group.ts";
import { seenPresence } from "../model/shadow.ts";
import { byId, element, setAttributes, setText } from "./element.ts";

const STATE_OF: Record<Group, State> = {
  waiting: "active",
  agent: "active",
  gone: "inactive",
  inactive: "inactive",
  none: "none",
  ended: "ended",
};

/**
 * The number of sessions per group. Each number is a toggle that shows only its group; their sum is
 * the number of all sessions.
 */
export function startSummary(store: SessionStore, choose: (group: Group | null) => void) {
  const strip = byId("summary");
  const numbers = new Map<Group, { button: HTMLElement; number: HTMLElement; note: HTMLElement }>();
  let chosen: Group | null = null;
  let unread: readonly State[] = [];

  for (const { group, title, meaning } of GROUPS) {
    const number = element("strong", {}, "0");
    const note = element("small", {}, meaning);
    const button = element(
      "button",
      { type: "button", "data-group": group, "aria-pressed": "false" },
      number,
      element("span", {}, title),
      note,
    );
    button.addEventListener("click", () => toggle(chosen === group ? null : group));
    strip.append(button);
    numbers.set(group, { button, number, note });
  }

  function toggle(group: Group | null): void {
    chosen = group;
    for (const [each, { button }] of numbers) {
      setAttributes(button, { "aria-pressed": String(each === chosen) });
    }
    byId("show-all").hidden = chosen === null;
    choose(chosen);
  }

  function update(): void {
    const counts = countGroups(store.all());
    for (const [group, { button, number }] of numbers) {
      button.classList.toggle("empty", counts[group] === 0);
      const isPartial = unread.includes(STATE_OF[group]);
      setText(number, isPartial ? `${counts[group]}+` : String(counts[group]));
    }
    const note = numbers.get("waiting")?.note;
    if (note) setText(note, waitingNote(store));
    document.title = counts.waiting > 0 ? `${counts.waiting} waiting · stillhere` : "stillhere";
  }

  byId("show-all").addEventListener("click", () => toggle(null));
  store.listen(update);
  update();

  return {
    /** Sets the states with unloaded sessions, whose numbers are shown as lower bounds. */
    setUnread(states: readonly State[]): void {
      unread = states;
      update();
    },
  };
}

function waitingNote(store: SessionStore): string {
  const waiting = [...store.all()].filter((session) => groupOf(session) === "waiting");
  const here = waiting.filter((session) => seenPresence(session) === "online").length;
  if (here === 0 && waiting.length > 0) return "None seen on the site yet";
  if (waiting.length === 0) return "Nobody is waiting";
  if (here === waiting.length) return here === 1 ? "And still here" : "All of them still here";
  return `${here} of them seen on the site`;
}
