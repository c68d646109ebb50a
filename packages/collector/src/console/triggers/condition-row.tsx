import { type Condition, TRIGGER_FIELDS } from "../../core/trigger.ts";
import { conditionWith, operatorsOf, tagsIn, valuesOf } from "../model/trigger-edit.ts";
import { FIELD_WORDS, OPERATOR_WORDS, valueOfTrigger } from "../model/trigger-words.ts";
import { Select } from "./select.tsx";
import { TextInput } from "./text-input.tsx";

interface Props {
  id: string;
  condition: Condition;
  problem: string | undefined;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

/** One condition: what is compared, how, and with what. */
export function ConditionRow({ id, condition, problem, onChange, onRemove }: Props) {
  const { field, op } = condition;
  return (
    <li class="part">
      <Select
        id={`${id}-field`}
        label="What"
        value={field}
        values={TRIGGER_FIELDS}
        words={(each) => FIELD_WORDS[each]}
        onChange={(next) => onChange(conditionWith(condition, { field: next }))}
      />
      <Select
        id={`${id}-op`}
        label="How"
        value={op}
        values={operatorsOf(field)}
        words={(each) => OPERATOR_WORDS[each]}
        onChange={(next) => onChange(conditionWith(condition, { op: next }))}
      />
      {op !== "changed" && (
        <ConditionValue
          key={field}
          id={`${id}-value`}
          condition={condition}
          isWrong={problem !== undefined}
          onChange={onChange}
        />
      )}
      <button type="button" aria-label="Remove this condition" onClick={onRemove}>
        Remove
      </button>
      <p class="problem">{problem}</p>
    </li>
  );
}

interface ValueProps {
  id: string;
  condition: Condition;
  isWrong: boolean;
  onChange: (condition: Condition) => void;
}

function ConditionValue({ id, condition, isWrong, onChange }: ValueProps) {
  const { field, op, value } = condition;
  const values = valuesOf(field);
  if (values) {
    return (
      <Select
        id={id}
        label="Value"
        value={typeof value === "string" ? value : ""}
        values={values.map((each) => each ?? "")}
        words={(each) => valueOfTrigger(each === "" ? null : each)}
        isWrong={isWrong}
        onChange={(next) => onChange({ field, op, value: next === "" ? null : next })}
      />
    );
  }
  const isTags = field === "ticket.tags";
  const texts = value === null || value === undefined ? [] : [value].flat();
  return (
    <TextInput
      id={id}
      label="Value"
      first={texts.join(", ")}
      placeholder={isTags ? "vip, refund" : "empty: none"}
      isWrong={isWrong}
      onText={(text) => {
        const trimmed = text.trim();
        const single = trimmed === "" ? null : trimmed;
        onChange({ field, op, value: isTags ? tagsIn(text) : single });
      }}
    />
  );
}
