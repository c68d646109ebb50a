import { type Agent, placesWords } from "../model/agent.ts";
import type { Agents } from "../state/agents.ts";
import { useMay } from "../ui/own-role.tsx";
import { CapacityForm } from "./capacity-form.tsx";
import { HeldList } from "./held-list.tsx";

interface Props {
  agent: Agent;
  agents: Agents;
  onOpen: (id: string) => void;
}

/** One agent with the places that are held and free. */
export function AgentItem({ agent, agents, onOpen }: Props) {
  const { id, capacity, held, sessions } = agent;
  const isOver = capacity !== null && held > capacity;
  return (
    <li data-agent={id}>
      <div>
        <b>
          <bdi>{id}</bdi>
        </b>
        <p class={isOver ? "problem" : "quiet"}>
          {placesWords(agent)}.{" "}
          <a href={`#/conversations?${new URLSearchParams({ assignee: id })}`}>
            {sessions.length} assigned
          </a>
        </p>
        {capacity !== null && (
          <meter
            aria-label={`Places held by ${id}`}
            min={0}
            max={Math.max(capacity, held, 1)}
            high={capacity}
            value={held}
          >
            {placesWords(agent)}
          </meter>
        )}
      </div>
      {useMay("operator") && (
        <CapacityForm
          id={id}
          capacity={capacity}
          isBusy={agents.isBusy.value}
          onSet={(next) => agents.setCapacity(id, next)}
        />
      )}
      {sessions.length > 0 && <HeldList agent={agent} agents={agents} onOpen={onOpen} />}
    </li>
  );
}
