import type { DeskEvent } from "../live/api.ts";
import type { Session } from "../model/session.ts";

const AGENT = "console";

interface Props {
  /** Whether the person at this browser may change conversations. */
  mayChange: boolean;
  session: Session;
  error: string;
  onSend: (id: string, event: DeskEvent) => void;
}

/**
 * Buttons that play the desk for trying the product out. They are hidden once a helpdesk has
 * reported a ticket for the session, since only its reports count from then on.
 */
export function DeskActions({ mayChange, session, error, onSend }: Props) {
  const { id, state, ticket } = session;
  const isHidden = !mayChange || ticket.id !== null || state === "none" || state === "ended";
  return (
    <div id="drawer-actions" class="actions" hidden={isHidden}>
      <p class="quiet">
        No helpdesk has reported a ticket for this conversation. Until one does, you can play the
        desk:
      </p>
      <div id="drawer-buttons">
        {actionsFor(session).map(([label, event]) => (
          <button key={label} type="button" onClick={() => onSend(id, event)}>
            {label}
          </button>
        ))}
      </div>
      <p id="drawer-actions-error" role="alert">
        {error}
      </p>
    </div>
  );
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
