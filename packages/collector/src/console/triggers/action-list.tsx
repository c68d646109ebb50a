import { type Action, MAX_ACTIONS } from "../../core/trigger.ts";
import { newAction } from "../model/trigger-edit.ts";
import { useRowKeys } from "../ui/row-keys.ts";
import { ActionRow } from "./action-row.tsx";

interface Props {
  id: string;
  actions: readonly Action[];
  problemOf: (index: number) => string | undefined;
  /** What is wrong with the list itself. */
  problem: string | undefined;
  onChange: (actions: readonly Action[]) => void;
}

/** What a trigger does, in order. */
export function ActionList({ id, actions, problemOf, problem, onChange }: Props) {
  const rows = useRowKeys(actions.length);
  return (
    <fieldset id={id} class="parts">
      <legend>Then</legend>
      <ul>
        {actions.map((action, index) => (
          <ActionRow
            key={rows.keys[index]}
            id={`${id}-${index}`}
            action={action}
            problem={problemOf(index)}
            onChange={(next) => onChange(actions.with(index, next))}
            onRemove={() => {
              rows.removeAt(index);
              onChange(actions.toSpliced(index, 1));
            }}
          />
        ))}
      </ul>
      <p class="problem">{problem}</p>
      <button
        type="button"
        disabled={actions.length >= MAX_ACTIONS}
        onClick={() => onChange([...actions, newAction("add_tags")])}
      >
        Add an action
      </button>
    </fieldset>
  );
}
