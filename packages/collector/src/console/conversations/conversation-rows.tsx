import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { COLUMNS, type Column, type ConversationFilter } from "../model/conversation-filter.ts";
import type { Session } from "../model/session.ts";
import { ConversationRow } from "./conversation-row.tsx";
import { useVisibleRows } from "./use-visible-rows.ts";

const HEADS: Record<Column, string> = {
  visitor: "Visitor",
  state: "State",
  presence: "On the site",
  agent: "Agent",
  group: "Group and ticket",
  changed: "Changed",
};
const ORDER: readonly Column[] = ["visitor", "state", "presence", "agent", "group", "changed"];

/** As the styles have them, in px: rows of one height can be left out while they are out of sight. */
const ROW_HEIGHT = 60;
const NARROW_ROW_HEIGHT = 104;
const NARROW = "(width < 48rem)";

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
  const isNarrow = useSignal(false);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const follow = () => {
      isNarrow.value = query.matches;
    };
    follow();
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [isNarrow]);
  const rowHeight = isNarrow.value ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
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
