import type { Api, DeskEvent } from "../live/api.ts";
import type { Roster } from "../live/roster.ts";
import type { Session } from "../model/session.ts";
import { byId, element } from "./element.ts";

const AGENT = "console";

/**
 * Lets somebody who tries the product out play the desk. Once a helpdesk has reported its ticket,
 * its word alone counts, and these buttons are gone.
 * @returns a function that shows what can be done with a session as it stands
 */
export function startDeskActions(api: Api, roster: Roster): (session: Session) => void {
  const place = byId("drawer-actions");
  const buttons = byId("drawer-buttons");
  const trouble = byId("drawer-actions-trouble");

  async function tell(id: string, event: DeskEvent): Promise<void> {
    trouble.textContent = "";
    try {
      roster.put([await api.tell(id, event)], true);
    } catch {
      trouble.textContent = "That did not reach the collector. Try again.";
    }
  }

  let shown = "";

  return (session) => {
    const { id, state, ticket } = session;
    const actions = actionsFor(session);
    place.hidden = ticket.id !== null || state === "none" || state === "ended";
    // Buttons that stay the same stay where they are, with the focus that they may have.
    const signature = JSON.stringify([id, actions]);
    if (signature === shown) return;
    shown = signature;
    buttons.replaceChildren(
      ...actions.map(([label, event]) => {
        const button = element("button", { type: "button" }, label);
        button.addEventListener("click", () => tell(id, event));
        return button;
      }),
    );
  };
}

function actionsFor({ assignee, ticket }: Session): [label: string, event: DeskEvent][] {
  const isResting = ticket.status !== "new" && ticket.status !== "open";
  return [
    assignee === null
      ? ["Take it", { type: "assigned", agent: AGENT }]
      : ["Give it back", { type: "unassigned" }],
    isResting
      ? ["Set ticket to open", { type: "ticket_updated", status: "open" }]
      : ["Set ticket to pending", { type: "ticket_updated", status: "pending" }],
    ["End", { type: "session_ended", by: "agent" }],
  ];
}
