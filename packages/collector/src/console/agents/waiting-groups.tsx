import { useRef } from "preact/hooks";
import { freest } from "../model/agent.ts";
import type { Session } from "../model/session.ts";
import { byGroup, type WaitingGroup } from "../model/waiting-groups.ts";
import type { Agents } from "../state/agents.ts";
import { useRowHeight, useVisibleRows } from "../ui/use-visible-rows.ts";
import { WaitingItem } from "./waiting-item.tsx";

const HEIGHTS = { wide: 64, narrow: 112 };

interface Props {
  id: string;
  standing: "queued" | "direct";
  title: string;
  /** Shown where there is none. */
  empty: string;
  sessions: readonly Session[];
  /** Whether there may be more. */
  isCut: boolean;
  agents: Agents;
  onOpen: (id: string) => void;
}

/** Everybody who waits, by group, each with the position in the whole queue. */
export function WaitingGroups(props: Props) {
  const { id, standing, title, empty, sessions, isCut, agents, onOpen } = props;
  const next = freest(agents.list.value ?? [])?.id ?? null;
  const isRead = agents.list.value !== null;
  return (
    <section id={id} class="card" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        {title}{" "}
        {isRead && <span class="badge">{isCut ? `${sessions.length}+` : sessions.length}</span>}
      </h3>
      {isRead && sessions.length === 0 && <p class="quiet">{empty}</p>}
      {byGroup(sessions).map(({ group, sessions: entries }) => (
        <details key={group} open>
          <summary>
            <bdi>{group ?? "No group"}</bdi>: {entries.length}
          </summary>
          <WaitingList entries={entries} agents={agents} freest={next} onOpen={onOpen} />
        </details>
      ))}
      {isCut && (
        <p class="quiet">
          Only the first {sessions.length} are listed. The page{" "}
          <a href={`#/conversations?queue=${standing}`}>Conversations</a> has more.
        </p>
      )}
    </section>
  );
}

interface ListProps extends Pick<Props, "agents" | "onOpen"> {
  entries: WaitingGroup["sessions"];
  /** The agent with most places free; `null`: all are full. */
  freest: string | null;
}

/** Those of one group, of which only rows in sight are rendered. */
function WaitingList({ entries, agents, freest, onOpen }: ListProps) {
  const list = useRef<HTMLOListElement>(null);
  const rowHeight = useRowHeight(HEIGHTS);
  const { start, end } = useVisibleRows(list, entries.length, rowHeight);
  return (
    <ol ref={list} class="queue waiting" style={{ height: `${entries.length * rowHeight}px` }}>
      {entries.slice(start, end).map(({ position, session }, index) => (
        <WaitingItem
          key={session.id}
          row={{ index: start + index, of: entries.length, top: (start + index) * rowHeight }}
          position={position}
          session={session}
          agents={agents}
          freest={freest}
          onOpen={onOpen}
        />
      ))}
    </ol>
  );
}
