import { useEffect } from "preact/hooks";
import type { Agent } from "../model/agent.ts";
import type { Session } from "../model/session.ts";
import { ticketWords, visitorName } from "../model/words.ts";
import type { Agents } from "../state/agents.ts";
import { focusAfter } from "../ui/focus-after.ts";
import { useMay } from "../ui/own-role.tsx";
import { PresenceMark } from "../ui/presence-mark.tsx";
import { VisitorButton } from "../ui/visitor-button.tsx";
import { Elsewhere } from "./elsewhere.tsx";

interface Props {
  agent: Agent;
  agents: Agents;
  onOpen: (id: string) => void;
}

/** What an agent has now, each of which can be taken from them. It is read once it is opened. */
export function HeldList({ agent: { id }, agents, onOpen }: Props) {
  const { held } = agents;
  const list = held.lists.value.get(id);
  // An open list that leaves the page fires no toggle.
  useEffect(() => () => held.close(id), [held, id]);
  return (
    <details
      class="held"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) void agents.openHeld(id);
        else held.close(id);
      }}
    >
      <summary>
        Active conversations of <bdi>{id}</bdi>
      </summary>
      {list?.sessions.length === 0 && <p class="quiet">None now.</p>}
      <ul class="plain">
        {list?.sessions.map((session) => (
          <HeldItem key={session.id} session={session} agents={agents} onOpen={onOpen} />
        ))}
      </ul>
      {list?.isCut && (
        <p class="quiet">
          There are more: the page{" "}
          <a href={`#/conversations?${new URLSearchParams({ assignee: id })}`}>Conversations</a> has
          all.
        </p>
      )}
    </details>
  );
}

function HeldItem({ session, agents, onOpen }: { session: Session } & Omit<Props, "agent">) {
  return (
    <li data-held={session.id}>
      <div>
        <VisitorButton name={visitorName(session)} onClick={() => onOpen(session.id)} />
        <p class="quiet">{ticketWords(session.ticket)}</p>
      </div>
      <PresenceMark of={session} />
      {useMay("operator") && <Release session={session} agents={agents} />}
    </li>
  );
}

function Release({ session, agents }: { session: Session; agents: Agents }) {
  const { assignment } = session;
  if (assignment.by === "elsewhere") {
    return <Elsewhere what="Release it" assignment={assignment} />;
  }
  return (
    <button
      type="button"
      class="assign"
      data-primary
      aria-label={`Release: ${visitorName(session)}`}
      title={assignment.desk === null ? undefined : `${assignment.desk} takes it from the agent`}
      disabled={agents.isBusy.value}
      onClick={async ({ currentTarget }) => {
        const goOn = focusAfter(currentTarget.closest("li"), "#agents-undo");
        if (await agents.release(session)) goOn();
      }}
    >
      Release
    </button>
  );
}
