import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { COLUMNS, type Column, type ConversationFilter } from "../model/conversation-filter.ts";
import type { Session } from "../model/session.ts";
import { useRowHeight, useVisibleRows } from "../ui/use-visible-rows.ts";
import { ConversationRow } from "./conversation-row.tsx";

const HEADS: Record<Column, string> = {
  visitor: "Visitor",
  state: "State",
  presence: "On the site",
  agent: "Agent",
  group: "Group and ticket",
  changed: "Changed",
};
const ORDER: readonly Column[] = ["visitor", "state", "presence", "agent", "group", "changed"];

const HEIGHTS = { wide: 60, narrow: 104 };

interface Props {
  rows: readonly Signal<Session>[];
  filter: ConversationFilter;
  onSort: (column: Column, isAscending: boolean) => void;
  onOpen: (id: string) => void;
}

/**
 * The table of conversations. Only rows in sight are rendered. Roles are explicit, since its parts are no table to
 * the styles.
 */
export function ConversationRows({ rows, filter, onSort, onOpen }: Props) {
  const list = useRef<HTMLTableSectionElement>(null);
  const rowHeight = useRowHeight(HEIGHTS);
  const { start, end } = useVisibleRows(list, rows.length, rowHeight);

  return (
    <table
      id="conversations"
      class="conversation-list"
      role="table"
      aria-label="Conversations"
      aria-rowcount={rows.length + 1}
      hidden={rows.length === 0}
    >
      <thead role="rowgroup">
        <tr role="row" class="heads" aria-rowindex={1}>
          {ORDER.map((column) => (
            <Head key={column} column={column} filter={filter} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody
        ref={list}
        role="rowgroup"
        class="rows"
        style={{ height: `${rows.length * rowHeight}px` }}
      >
        {rows.slice(start, end).map((row, index) => (
          <ConversationRow
            key={row.peek().id}
            row={row}
            index={start + index}
            top={(start + index) * rowHeight}
            onOpen={onOpen}
          />
        ))}
      </tbody>
    </table>
  );
}

interface HeadProps extends Pick<Props, "filter" | "onSort"> {
  column: Column;
}

function Head({ column, filter, onSort }: HeadProps) {
  const isSorted = filter.sort === column;
  const order = filter.isAscending ? "ascending" : "descending";
  return (
    <th scope="col" role="columnheader" class={column} aria-sort={isSorted ? order : undefined}>
      <button
        type="button"
        // Texts begin at A, times with the latest.
        onClick={() => onSort(column, isSorted ? !filter.isAscending : column !== COLUMNS[0])}
      >
        {HEADS[column]}
        <span aria-hidden="true">{isSorted && (filter.isAscending ? " ↑" : " ↓")}</span>
      </button>
    </th>
  );
}
