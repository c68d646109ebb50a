import type { Session } from "../model/session.ts";
import { ticketWords, visitorName } from "../model/words.ts";
import type { Agents } from "../state/agents.ts";
import { useMay } from "../ui/own-role.tsx";
import { PresenceMark } from "../ui/presence-mark.tsx";
import { Since } from "../ui/since.tsx";
import { VisitorButton } from "../ui/visitor-button.tsx";
import { AssignForm } from "./assign-form.tsx";

interface Props {
  /** Which of the list's rows it is, and where it stands in px. */
  row: { readonly index: number; readonly of: number; readonly top: number };
  /** In the whole queue. */
  position: number;
  session: Session;
  agents: Agents;
  /** The agent with most places free; `null`: all are full. */
  freest: string | null;
  onOpen: (id: string) => void;
}

/** One who waits. */
export function WaitingItem({ row, position, session, agents, freest, onOpen }: Props) {
  const { id, queuedAt, stateChangedAt, ticket } = session;
  return (
    <li
      data-waiting={id}
      aria-posinset={row.index + 1}
      aria-setsize={row.of}
      style={{ insetBlockStart: `${row.top}px` }}
    >
      <span class="position">{position}</span>
      <div class="who">
        <VisitorButton name={visitorName(session)} onClick={() => onOpen(id)} />
        <span class="quiet">{ticketWords(ticket)}</span>
      </div>
      <div class="wait">
        <Since at={queuedAt ?? stateChangedAt} precision="fine" />
        <PresenceMark of={session} />
      </div>
      {useMay("operator") && <AssignForm session={session} agents={agents} freest={freest} />}
    </li>
  );
}
