import { useSignal } from "@preact/signals";
import type { Session } from "../model/session.ts";
import { visitorName } from "../model/words.ts";
import type { Agents } from "../state/agents.ts";
import { focusAfter } from "../ui/focus-after.ts";
import { Elsewhere } from "./elsewhere.tsx";

interface Props {
  session: Session;
  agents: Agents;
  /** The agent with most places free; `null`: all are full. */
  freest: string | null;
}

/** Gives one who waits to an agent, or says where that is done. */
export function AssignForm({ session, agents, freest }: Props) {
  const chosen = useSignal<string | null>(null);
  const { assignment } = session;
  if (assignment.by === "elsewhere") {
    return <Elsewhere what="Assign it" assignment={assignment} />;
  }
  const list = agents.list.value ?? [];
  const agent = chosen.value ?? freest ?? list[0]?.id;
  if (agent === undefined) return null;
  return (
    <form
      class="inline assign"
      onSubmit={async (event) => {
        event.preventDefault();
        const goOn = focusAfter(event.currentTarget.closest("li"), "#agents-undo");
        if (await agents.assign(session, agent)) goOn();
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
      <button
        type="submit"
        data-primary
        disabled={agents.isBusy.value}
        title={assignment.desk === null ? undefined : `${assignment.desk} assigns it`}
      >
        Assign
      </button>
    </form>
  );
}
