import { GROUPS } from "../model/group.ts";
import type { SessionSignals } from "../state/sessions.ts";
import type { Table } from "../state/table.ts";
import { SessionGroup } from "./session-group.tsx";

interface Props {
  sessions: SessionSignals;
  table: Table;
  /** Whether the collector has more sessions than are loaded. */
  hasMore: boolean;
  onMore: () => void;
  onOpen: (id: string) => void;
}

const HEADS = ["Visitor", "State", "On the site", "Agent", "Ticket"];

/**
 * All sessions by group. Roles are explicit, since its parts are no table to the styles.
 */
export function SessionTable({ sessions, table, hasMore, onMore, onOpen }: Props) {
  return (
    <section id="all" aria-labelledby="all-title">
      <div class="bar">
        <h2 id="all-title">All conversations</h2>
        <button
          id="show-all"
          type="button"
          hidden={table.chosen.value === null}
          onClick={() => {
            table.chosen.value = null;
          }}
        >
          Show all
        </button>
      </div>
      <table
        id="sessions"
        class="sessions"
        role="table"
        aria-labelledby="all-title"
        hidden={table.isEmpty.value}
      >
        <thead role="rowgroup">
          <tr role="row">
            {HEADS.map((head) => (
              <th key={head} scope="col" role="columnheader">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        {GROUPS.map((words) => (
          <SessionGroup
            key={words.group}
            words={words}
            sessions={sessions}
            table={table}
            onOpen={onOpen}
          />
        ))}
      </table>
      <p
        id="nothing-found"
        class="quiet"
        hidden={!table.isEmpty.value || sessions.size.value === 0}
      >
        Nothing matches.
      </p>
      <button id="more" type="button" hidden={!hasMore} onClick={onMore}>
        Load more
      </button>
    </section>
  );
}
