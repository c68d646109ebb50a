import type { Api, DeskEvent } from "../live/api.ts";
import type { SessionStore } from "../live/session-store.ts";
import type { Session } from "../model/session.ts";
import { byId, element } from "./element.ts";

const AGENT = "console";

/**
 * Buttons that play the desk for trying the product out. They are hidden once a helpdesk has
 * reported a ticket for the session, since only its reports count from then on.
 * @returns a function that shows the actions for a session
 */
export function startDeskActions(api: Api, store: SessionStore): (session: Session) => void {
  const section = byId("drawer-actions");
  const buttons = byId("drawer-buttons");
  const error = byId("drawer-actions-error");

  async function send(id: string, event: DeskEvent): Promise<void> {
    error.textContent = "";
    try {
      store.put([await api.postEvent(id, event)], true);
    } catch {
      error.textContent = "That did not reach the collector. Try again.";
    }
  }

  let shown = "";

  return (session) => {
    const { id, state, ticket } = session;
    const actions = actionsFor(session);
    section.hidden = ticket.id !== null || state === "none" || state === "ended";
    // Unchanged buttons are not replaced, so that they keep the focus.
    const signature = JSON.stringify([id, actions]);
    if (signature === shown) return;
    shown = signature;
    buttons.replaceChildren(
      ...actions.map(([label, event]) => {
        const button = element("button", { type: "button" }, label);
        button.addEventListener("click", () => send(id, event));
        return button;
      }),
    );
  };
}

function actionsFor({ assignee, ticket }: Session): [label: string, event: DeskEvent][] {
  const isMasked = ticket.status !== "new" && ticket.status !== "open";
  return [
    assignee === null
      ? ["Take it", { type: "assigned", agent: AGENT }]
      : ["Give it back", { type: "unassigned" }],
    isMasked
      ? ["Set ticket to open", { type: "ticket_updated", status: "open" }]
      : ["Set ticket to pending", { type: "ticket_updated", status: "pending" }],
    ["End", { type: "session_ended", by: "agent" }],
  ];
}
