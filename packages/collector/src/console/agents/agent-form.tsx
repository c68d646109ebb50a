import { useSignal } from "@preact/signals";
import type { Agents } from "../state/agents.ts";

/** Gives a capacity to an agent who has no conversation yet. */
export function AgentForm({ agents }: { agents: Agents }) {
  const id = useSignal("");
  const capacity = useSignal("4");
  return (
    <details>
      <summary>Add an agent</summary>
      <form
        id="agent-form"
        class="inline"
        onSubmit={async (event) => {
          event.preventDefault();
          const isSet = await agents.setCapacity(id.peek().trim(), Number(capacity.peek()));
          if (isSet) id.value = "";
        }}
      >
        <label>
          Name, as your help desk reports it
          <input
            name="agent"
            required
            maxLength={128}
            autocomplete="off"
            value={id}
            onInput={({ currentTarget }) => {
              id.value = currentTarget.value;
            }}
          />
        </label>
        <label>
          Holds at most
          <input
            type="number"
            name="capacity"
            min={0}
            max={10_000}
            required
            value={capacity}
            onInput={({ currentTarget }) => {
              capacity.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit" disabled={agents.isBusy.value}>
          Add
        </button>
      </form>
    </details>
  );
}
