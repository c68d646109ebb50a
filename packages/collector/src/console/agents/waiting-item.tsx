import { useSignal } from "@preact/signals";
import type { Session } from "../model/session.ts";
import { ticketWords, visitorName } from "../model/words.ts";
import type { Agents } from "../state/agents.ts";
import { useMay } from "../ui/own-role.tsx";
import { PresenceMark } from "../ui/presence-mark.tsx";
import { Since } from "../ui/since.tsx";

interface Props {
  position: number;
  session: Session;
  agents: Agents;
  /** The agent with most places free; `null`: all are full. */
  freest: string | null;
  onOpen: (id: string) => void;
}

/** One who waits. Where no help desk has the conversation, it can be given to an agent here. */
export function WaitingItem({ position, session, agents, freest, onOpen }: Props) {
  const { id, queuedAt, stateChangedAt, ticket } = session;
  return (
    <li data-waiting={id}>
      <span class="position">{position}</span>
      <div class="who">
        <button type="button" class="name" aria-haspopup="dialog" onClick={() => onOpen(id)}>
          {visitorName(session)}
        </button>
        <span class="quiet">{ticketWords(ticket)}</span>
      </div>
      <div class="wait">
        <Since at={queuedAt ?? stateChangedAt} precision="fine" />
        <PresenceMark of={session} />
      </div>
      {useMay("operator") && <Assign session={session} agents={agents} freest={freest} />}
    </li>
  );
}

function Assign({ session, agents, freest }: Pick<Props, "session" | "agents" | "freest">) {
  const chosen = useSignal<string | null>(null);
  const { links, ticket } = session;
  if (links.length > 0 || ticket.id !== null) {
    const where = links[0]?.desk;
    return (
      <span class="quiet assign">Assign it in {where ? <bdi>{where}</bdi> : "your help desk"}</span>
    );
  }
  const list = agents.list.value ?? [];
  const agent = chosen.value ?? freest ?? list[0]?.id;
  if (agent === undefined) return null;
  return (
    <form
      class="inline assign"
      onSubmit={(event) => {
        event.preventDefault();
        agents.assign(session, agent);
      }}
    >
      <label>
        <span class="unseen">Agent for {visitorName(session)}</span>
        <select
          name="agent"
          value={agent}
          onChange={({ currentTarget }) => {
            chosen.value = currentTarget.value;
          }}
        >
          {list.map(({ id }) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </label>
      <button type="submit" disabled={agents.isBusy.value}>
        Assign
      </button>
    </form>
  );
}
