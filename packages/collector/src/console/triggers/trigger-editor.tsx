import type { Trigger } from "../../core/trigger.ts";
import { Field } from "../ui/field.tsx";
import { ActionList } from "./action-list.tsx";
import { ConditionList } from "./condition-list.tsx";

interface Props {
  id: string;
  trigger: Trigger;
  /** What is wrong at a path within the trigger, as `all.0`. */
  problemAt: (path: string) => string | undefined;
  onChange: (change: Partial<Trigger>) => void;
}

/** The name, conditions and actions of one trigger. */
export function TriggerEditor({ id, trigger, problemAt, onChange }: Props) {
  return (
    <div class="trigger-editor">
      <Field id={`${id}-name`} label="Name" problem={problemAt("name")}>
        {(control) => (
          <input
            {...control}
            type="text"
            dir="auto"
            maxLength={256}
            value={trigger.name}
            onInput={({ currentTarget }) => onChange({ name: currentTarget.value })}
          />
        )}
      </Field>
      <ConditionList
        id={`${id}-all`}
        title="If all of these hold"
        conditions={trigger.all}
        problemOf={(index) => problemAt(`all.${index}`)}
        onChange={(all) => onChange({ all })}
      />
      <ConditionList
        id={`${id}-any`}
        title="and one of these, if there are any"
        conditions={trigger.any}
        problemOf={(index) => problemAt(`any.${index}`)}
        onChange={(any) => onChange({ any })}
      />
      <ActionList
        id={`${id}-actions`}
        actions={trigger.actions}
        problem={problemAt("actions")}
        problemOf={(index) => problemAt(`actions.${index}`)}
        onChange={(actions) => onChange({ actions })}
      />
    </div>
  );
}
