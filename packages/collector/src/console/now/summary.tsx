import type { State } from "../../core/lists.ts";
import { GROUPS, type Group } from "../model/group.ts";
import { seenPresence } from "../model/shadow.ts";
import type { SessionSignals } from "../state/sessions.ts";
import type { Table } from "../state/table.ts";

const STATE_OF: Record<Group, State> = {
  waiting: "active",
  agent: "active",
  gone: "inactive",
  email: "ended",
  inactive: "inactive",
  none: "none",
  ended: "ended",
};

interface Props {
  sessions: SessionSignals;
  table: Table;
  /** The states with unloaded sessions, whose numbers are lower bounds. */
  unread: readonly State[];
}

/**
 * The number of sessions per group. Each number is a toggle that shows only its group; their sum is
 * the number of all sessions.
 */
export function Summary({ sessions, table, unread }: Props) {
  return (
    <div id="summary" class="summary">
      {GROUPS.map(({ group, title, meaning }) => {
        const count = sessions.groups[group].value.length;
        const isChosen = table.chosen.value === group;
        return (
          <button
            key={group}
            type="button"
            data-group={group}
            aria-pressed={isChosen}
            class={count === 0 ? "empty" : ""}
            // Not every shop moves conversations to email.
            hidden={group === "email" && count === 0 && !isChosen}
            onClick={() => {
              table.chosen.value = isChosen ? null : group;
            }}
          >
            <strong>{unread.includes(STATE_OF[group]) ? `${count}+` : count}</strong>
            <span>{title}</span>
            <small>{group === "waiting" ? <WaitingNote sessions={sessions} /> : meaning}</small>
          </button>
        );
      })}
    </div>
  );
}

/** How many of those who wait are on the site. */
function WaitingNote({ sessions }: { sessions: SessionSignals }) {
  const waiting = sessions.groups.waiting.value.map((id) => sessions.find(id)?.session.value);
  const here = waiting.filter((session) => session && seenPresence(session) === "online").length;
  return <>{waitingWords(waiting.length, here)}</>;
}

function waitingWords(waiting: number, here: number): string {
  if (here === 0 && waiting > 0) return "None seen on the site yet";
  if (waiting === 0) return "Nobody is waiting";
  if (here === waiting) return here === 1 ? "And still here" : "All of them still here";
  return `${here} of them seen on the site`;
}
