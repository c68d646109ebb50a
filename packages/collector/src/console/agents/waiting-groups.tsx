import { freest } from "../model/agent.ts";
import type { Session } from "../model/session.ts";
import { byGroup } from "../model/waiting-groups.ts";
import type { Agents } from "../state/agents.ts";
import { WaitingItem } from "./waiting-item.tsx";

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
          <ol class="queue waiting">
            {entries.map(({ position, session }) => (
              <WaitingItem
                key={session.id}
                position={position}
                session={session}
                agents={agents}
                freest={next}
                onOpen={onOpen}
              />
            ))}
          </ol>
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
