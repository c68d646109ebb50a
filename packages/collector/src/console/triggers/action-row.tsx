import { TICKET_PRIORITIES, TICKET_STATUSES } from "../../core/lists.ts";
import type { Action } from "../../core/trigger.ts";
import { ACTION_TYPES, newAction, tagsIn } from "../model/trigger-edit.ts";
import { ACTION_HINTS, ACTION_WORDS, valueOfTrigger } from "../model/trigger-words.ts";
import { Select } from "./select.tsx";
import { TextInput } from "./text-input.tsx";

interface Props {
  id: string;
  action: Action;
  problem: string | undefined;
  onChange: (action: Action) => void;
  onRemove: () => void;
}

/** One action, with its value and what to know about it. */
export function ActionRow({ id, action, problem, onChange, onRemove }: Props) {
  const { type } = action;
  return (
    <li class="part">
      <Select
        id={`${id}-type`}
        label="Action"
        value={type}
        values={ACTION_TYPES}
        words={(each) => ACTION_WORDS[each]}
        onChange={(next) => onChange(newAction(next))}
      />
      <ActionValue
        key={type}
        id={`${id}-value`}
        action={action}
        isWrong={problem !== undefined}
        onChange={onChange}
      />
      <button type="button" aria-label="Remove this action" onClick={onRemove}>
        Remove
      </button>
      <p class="quiet hint" id={`${id}-hint`}>
        {ACTION_HINTS[type]}
      </p>
      <p class="problem">{problem}</p>
    </li>
  );
}

interface ValueProps {
  id: string;
  action: Action;
  isWrong: boolean;
  onChange: (action: Action) => void;
}

function ActionValue({ id, action, isWrong, onChange }: ValueProps) {
  switch (action.type) {
    case "end_session":
      return null;
    case "set_status":
    case "set_priority":
      return (
        <Select
          id={id}
          label="Value"
          value={action.value}
          values={action.type === "set_status" ? TICKET_STATUSES : TICKET_PRIORITIES}
          words={valueOfTrigger}
          onChange={(value) => onChange({ type: action.type, value })}
        />
      );
    case "add_tags":
    case "remove_tags":
      return (
        <TextInput
          id={id}
          label="Tags"
          first={action.value.join(", ")}
          placeholder="vip, refund"
          isWrong={isWrong}
          onText={(text) => onChange({ type: action.type, value: tagsIn(text) })}
        />
      );
    case "set_group":
      return (
        <TextInput
          id={id}
          label="Group"
          first={action.value ?? ""}
          placeholder="empty: none"
          onText={(text) => onChange({ type: "set_group", value: text.trim() || null })}
        />
      );
    default:
      return (
        <TextInput
          id={id}
          label="Name"
          first={action.value}
          isWrong={isWrong}
          onText={(text) => onChange({ type: action.type, value: text.trim() })}
        />
      );
  }
}
