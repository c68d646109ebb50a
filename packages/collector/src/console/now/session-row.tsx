import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { differingState } from "../model/shadow.ts";
import { stateWords, ticketWords, visitorName } from "../model/words.ts";
import type { Row } from "../state/sessions.ts";
import { flash } from "../ui/flash.ts";
import { PresenceMark } from "../ui/presence-mark.tsx";
import { Since } from "../ui/since.tsx";
import { VisitorButton } from "../ui/visitor-button.tsx";

interface Props {
  row: Row;
  onOpen: (id: string) => void;
}

/** One session in the table. A change of the session repaints its row alone, not the table. */
export function SessionRow({ row, onOpen }: Props) {
  const element = useRef<HTMLTableRowElement>(null);
  useSignalEffect(() => {
    if (!row.isChanged.value) return;
    row.isChanged.value = false;
    if (element.current) flash(element.current);
  });

  const session = row.session.value;
  const { id, shadow } = session;
  const other = differingState(session);

  // A click anywhere in the row opens the details; the button is for the keyboard.
  const open = () => {
    // Not while text is selected, since the drawer would cover an id that is being copied.
    if (getSelection()?.isCollapsed !== false) onOpen(id);
  };

  return (
    <tr
      ref={element}
      role="row"
      data-session={id}
      data-state={session.state}
      data-reason={session.reason ?? ""}
      data-presence={session.presence}
      data-queue={session.queue}
      data-shadow-state={shadow?.state}
      data-shadow-reason={shadow && (shadow.reason ?? "")}
      data-shadow-presence={shadow?.presence}
      onClick={open}
    >
      <th scope="row" role="rowheader" class="who">
        <VisitorButton name={visitorName(session)} />
        <span class="id" hidden={session.user === null}>
          {id}
        </span>
      </th>
      <td role="cell" class="what">
        <span class="state">{stateWords(session)}</span>
        <span class="for">
          for <Since at={session.stateChangedAt} precision="coarse" />
        </span>
        <span class="would-be" hidden={other === null}>
          {other === null ? "" : `Would be: ${other}`}
        </span>
      </td>
      <td role="cell" class="there">
        <PresenceMark of={session} />
      </td>
      <td role="cell" class="agent">
        <bdi>{session.assignee ?? (session.queue === "none" ? "–" : "Nobody yet")}</bdi>
      </td>
      <td role="cell" class="ticket">
        <span>{ticketWords(session.ticket)}</span>
        <span class="ticket-group" hidden={session.ticket.group === null}>
          <bdi>{session.ticket.group}</bdi>
        </span>
      </td>
    </tr>
  );
}
