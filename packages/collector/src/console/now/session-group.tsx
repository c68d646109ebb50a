import type { GroupWords } from "../model/group.ts";
import type { SessionSignals } from "../state/sessions.ts";
import type { Table } from "../state/table.ts";
import { SessionRow } from "./session-row.tsx";

interface Props {
  words: GroupWords;
  sessions: SessionSignals;
  table: Table;
  onOpen: (id: string) => void;
}

/** The sessions of one group as a section of the table. */
export function SessionGroup({ words, sessions, table, onOpen }: Props) {
  const { group, title, meaning } = words;
  const count = sessions.groups[group].value.length;
  const rest = table.restOf(group);
  return (
    <tbody role="rowgroup" data-group={group} hidden={!table.isVisible(group)}>
      <tr role="row" class="group">
        <th scope="rowgroup" role="rowheader" colSpan={5}>
          {title} <span class="count">{count}</span>
          <small>{meaning}</small>
        </th>
      </tr>
      {table.rowsOf(group).map((id) => {
        const row = sessions.find(id);
        return row && <SessionRow key={id} row={row} onOpen={onOpen} />;
      })}
      {rest > 0 && (
        <tr role="row" class="rest">
          <td role="cell" colSpan={5}>
            <button type="button" onClick={() => table.showMore(group)}>
              Show more of this group: {rest} left
            </button>
          </td>
        </tr>
      )}
    </tbody>
  );
}
