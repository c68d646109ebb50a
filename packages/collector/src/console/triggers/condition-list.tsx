import { type Condition, MAX_CONDITIONS } from "../../core/trigger.ts";
import { NEW_CONDITION } from "../model/trigger-edit.ts";
import { useRowKeys } from "../ui/row-keys.ts";
import { ConditionRow } from "./condition-row.tsx";

interface Props {
  id: string;
  title: string;
  conditions: readonly Condition[];
  problemOf: (index: number) => string | undefined;
  onChange: (conditions: readonly Condition[]) => void;
}

/** Conditions that hold together, or of which one must. */
export function ConditionList({ id, title, conditions, problemOf, onChange }: Props) {
  const rows = useRowKeys(conditions.length);
  return (
    <fieldset id={id} class="parts">
      <legend>{title}</legend>
      <ul>
        {conditions.map((condition, index) => (
          <ConditionRow
            key={rows.keys[index]}
            id={`${id}-${index}`}
            condition={condition}
            problem={problemOf(index)}
            onChange={(next) => onChange(conditions.with(index, next))}
            onRemove={() => {
              rows.removeAt(index);
              onChange(conditions.toSpliced(index, 1));
            }}
          />
        ))}
      </ul>
      <button
        type="button"
        disabled={conditions.length >= MAX_CONDITIONS}
        onClick={() => onChange([...conditions, NEW_CONDITION])}
      >
        Add a condition
      </button>
    </fieldset>
  );
}
