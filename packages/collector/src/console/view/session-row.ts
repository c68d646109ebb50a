import type { Session } from "../model/session.ts";
import { differingState } from "../model/shadow.ts";
import { stateWords, ticketWords, visitorName } from "../model/words.ts";
import { element, setAttributes, setText } from "./element.ts";
import { presenceMark, showPresence } from "./presence.ts";
import { setSince, since } from "./since.ts";

export interface SessionRow {
  row: HTMLTableRowElement;
  show(session: Session): void;
}

/** One session in the table: created once, then only what differs is changed. */
export function createSessionRow(id: string, open: (id: string) => void): SessionRow {
  const name = element("button", { type: "button", class: "name", "aria-haspopup": "dialog" });
  const idText = element("span", { class: "id" }, id);
  const state = element("span", { class: "state" });
  const stateSince = since("coarse");
  const wouldBe = element("span", { class: "would-be" });
  const presence = presenceMark();
  const agent = element("span");
  const ticket = element("span");

  const row = element(
    "tr",
    { role: "row", "data-session": id },
    element("th", { scope: "row", role: "rowheader", class: "who" }, name, idText),
    cell("what", state, element("span", { class: "for" }, "for ", stateSince), wouldBe),
    cell("there", presence),
    cell("agent", agent),
    cell("ticket", ticket),
  );
  // A click anywhere in the row opens the details; the button is for the keyboard.
  row.addEventListener("click", () => {
    // Not while text is selected, since the drawer would cover an id that is being copied.
    if (getSelection()?.isCollapsed !== false) open(id);
  });

  function show(session: Session): void {
    const { shadow } = session;
    const other = differingState(session);
    setAttributes(row, {
      "data-state": session.state,
      "data-reason": session.reason ?? "",
      "data-presence": session.presence,
      "data-queue": session.queue,
      "data-shadow-state": shadow?.state ?? null,
      "data-shadow-reason": shadow ? (shadow.reason ?? "") : null,
      "data-shadow-presence": shadow?.presence ?? null,
    });
    setText(name, visitorName(session));
    idText.hidden = session.user === null;
    setText(state, stateWords(session));
    setSince(stateSince, session.stateChangedAt);
    setText(wouldBe, other === null ? "" : `Would be: ${other}`);
    wouldBe.hidden = other === null;
    showPresence(presence, session);
    setText(agent, session.assignee ?? (session.queue === "none" ? "–" : "Nobody yet"));
    setText(ticket, ticketWords(session.ticket));
  }

  return { row, show };
}

function cell(name: string, ...content: HTMLElement[]): HTMLTableCellElement {
  return element("td", { role: "cell", class: name }, ...content);
}
