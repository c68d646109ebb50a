import type { Agents } from "../state/agents.ts";
import { MAX_QUEUED } from "../state/agents.ts";
import { useMay } from "../ui/own-role.tsx";
import { Page } from "../ui/page.tsx";
import { usePageOpened } from "../ui/use-page-opened.ts";
import { AgentForm } from "./agent-form.tsx";
import { AgentItem } from "./agent-item.tsx";
import { Undo } from "./undo.tsx";
import { WaitingGroups } from "./waiting-groups.tsx";

interface Props {
  agents: Agents;
  onOpen: (id: string) => void;
}

/** Who works, who is full, and everybody who waits. */
export function AgentsPage({ agents, onOpen }: Props) {
  usePageOpened(agents.read);
  const mayChange = useMay("operator");
  const list = agents.list.value ?? [];
  const queued = agents.queued.value;
  const direct = agents.direct.value;
  return (
    <Page
      id="page-agents"
      title="Agents and queue"
      lead="How many conversations each agent can hold and holds now, and all who wait for one."
    >
      <div class="agents-status">
        <p id="agents-status" role="status">
          {agents.status}
        </p>
        {mayChange && <Undo agents={agents} />}
      </div>
      <section class="card" aria-labelledby="agents-title">
        <h3 id="agents-title">Agents</h3>
        {agents.list.value !== null && list.length === 0 && (
          <p class="quiet">
            Nobody yet. An agent appears with the first conversation that is assigned to them.
          </p>
        )}
        <ul id="agents" class="plain agents">
          {list.map((agent) => (
            <AgentItem key={agent.id} agent={agent} agents={agents} onOpen={onOpen} />
          ))}
        </ul>
        {mayChange && <AgentForm agents={agents} />}
      </section>
      <WaitingGroups
        id="whole-queue"
        standing="queued"
        title="In the queue"
        empty="Nobody is waiting."
        sessions={queued}
        isCut={queued.length >= MAX_QUEUED}
        agents={agents}
        onOpen={onOpen}
      />
      <WaitingGroups
        id="whole-direct"
        standing="direct"
        title="To be given straight to an agent"
        empty="Nobody. Those who left or fell silent are here, if your routing counts them."
        sessions={direct}
        isCut={direct.length >= MAX_QUEUED}
        agents={agents}
        onOpen={onOpen}
      />
    </Page>
  );
}
