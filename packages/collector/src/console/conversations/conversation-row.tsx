import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Session } from "../model/session.ts";
import { timeWords } from "../model/time-words.ts";
import { stateWords, ticketWords, visitorName } from "../model/words.ts";
import { PresenceMark } from "../ui/presence-mark.tsx";
import { VisitorButton } from "../ui/visitor-button.tsx";

interface Props {
  row: Signal<Session>;
  index: number;
  /** Where it stands in the list, in px. */
  top: number;
  onOpen: (id: string) => void;
}

/** One conversation; a change of it renders its row alone. */
export function ConversationRow({ row, index, top, onOpen }: Props) {
  const session = row.value;
  const { id, assignee, ticket, changedAt } = session;
  const open = () => {
    if (getSelection()?.isCollapsed !== false) onOpen(id);
  };
  return (
    <tr
      role="row"
      aria-rowindex={index + 2}
      style={{ insetBlockStart: `${top}px` }}
      data-conversation={id}
      data-state={session.state}
      data-reason={session.reason ?? ""}
      onClick={open}
    >
      <th scope="row" role="rowheader" class="visitor">
        <VisitorButton name={visitorName(session)} />
        <span class="id">{id}</span>
      </th>
      <Cell name="state">
        <span class="state">{stateWords(session)}</span>
      </Cell>
      <Cell name="presence">
        <PresenceMark of={session} />
      </Cell>
      <Cell name="agent">
        <bdi>{assignee ?? "–"}</bdi>
      </Cell>
      <Cell name="group">
        <bdi>{ticket.group ?? "–"}</bdi>
        <small class="quiet">{ticketWords(ticket)}</small>
      </Cell>
      <Cell name="changed">
        <time dateTime={changedAt}>{timeWords(changedAt)}</time>
      </Cell>
    </tr>
  );
}

function Cell({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <td role="cell" class={name}>
      {children}
    </td>
  );
}
