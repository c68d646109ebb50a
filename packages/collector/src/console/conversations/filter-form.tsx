import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { PRESENCES, QUEUE_STANDINGS, REASONS, STATES } from "../../core/lists.ts";
import {
  type ConversationFilter,
  EVERYTHING,
  PERIODS,
  type Period,
} from "../model/conversation-filter.ts";
import { PRESENCE_WORDS, REASON_WORDS } from "../model/words.ts";
import { type TextName, type Typing, useTyping } from "./use-typing.ts";

const PERIOD_WORDS: Record<Period, string> = {
  any: "At any time",
  hour: "In the last hour",
  today: "Today",
  yesterday: "Yesterday",
  week: "In the last 7 days",
};

const STATE_WORDS: Record<(typeof STATES)[number], string> = {
  none: "Not begun",
  active: "Active",
  inactive: "Inactive",
  ended: "Ended",
};

const QUEUE_WORDS: Record<(typeof QUEUE_STANDINGS)[number], string> = {
  none: "In no queue",
  queued: "In the queue",
  direct: "Straight to an agent",
};

interface Props {
  filter: ConversationFilter;
  onChange: (part: Partial<ConversationFilter>) => void;
}

/** The filter as a form. A change counts immediately. */
export function FilterForm({ filter, onChange }: Props) {
  const isOpen = useSignal(false);
  const typing = useTyping(filter, onChange);
  const { change } = typing;
  const isFiltered = Object.keys(filter).some((name) => {
    const key = name as keyof ConversationFilter;
    return key !== "sort" && key !== "isAscending" && filter[key] !== EVERYTHING[key];
  });
  return (
    <form class="filters" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      <Text name="q" label="Search" filter={filter} typing={typing} />
      <Choice
        name="state"
        label="State"
        any="Any state"
        values={STATES}
        words={(value) => STATE_WORDS[value]}
        filter={filter}
        onChange={change}
      />
      <label>
        <span>Last changed</span>
        <select
          id="filter-period"
          value={filter.period}
          onChange={({ currentTarget }) => change({ period: currentTarget.value as Period })}
        >
          {PERIODS.map((period) => (
            <option key={period} value={period}>
              {PERIOD_WORDS[period]}
            </option>
          ))}
        </select>
      </label>
      <details
        class="more-filters"
        open={isOpen.value || hasMore(filter)}
        onToggle={({ currentTarget }) => {
          isOpen.value = currentTarget.open;
        }}
      >
        <summary>More filters</summary>
        <div class="filters">
          <Choice
            name="reason"
            label="Reason"
            any="Any reason"
            values={REASONS}
            words={(value) => REASON_WORDS[value]}
            filter={filter}
            onChange={change}
          />
          <Choice
            name="presence"
            label="On the site"
            any="Here or not"
            values={PRESENCES}
            words={(value) => PRESENCE_WORDS[value].word}
            filter={filter}
            onChange={change}
          />
          <Choice
            name="queue"
            label="Queue"
            any="Queued or not"
            values={QUEUE_STANDINGS}
            words={(value) => QUEUE_WORDS[value]}
            filter={filter}
            onChange={change}
          />
          <Text name="group" label="Group" filter={filter} typing={typing} />
          <Text name="assignee" label="Agent" filter={filter} typing={typing} />
          <Text name="tag" label="Tag" filter={filter} typing={typing} />
          <Text name="ticket" label="Ticket" filter={filter} typing={typing} />
          <Text name="user" label="Visitor" filter={filter} typing={typing} />
        </div>
      </details>
      <button
        id="filter-clear"
        type="button"
        hidden={!isFiltered}
        onClick={() => {
          const { sort: _, isAscending: __, ...all } = EVERYTHING;
          typing.replace(all);
        }}
      >
        Show everything
      </button>
    </form>
  );
}

function hasMore({
  reason,
  presence,
  queue,
  group,
  assignee,
  tag,
  ticket,
  user,
}: ConversationFilter): boolean {
  const isChosen = [reason, presence, queue].some((value) => value !== null);
  return isChosen || [group, assignee, tag, ticket, user].some((text) => text !== "");
}

interface TextProps {
  name: TextName;
  label: string;
  filter: ConversationFilter;
  typing: Typing;
}

function Text({ name, label, filter, typing }: TextProps) {
  const input = useRef<HTMLInputElement>(null);
  const value = filter[name];
  useEffect(() => {
    // What is being typed is ahead of the address, which holds it without the spaces around it.
    if (!input.current || typing.isTyped(name)) return;
    if (input.current.value.trim() !== value) input.current.value = value;
  }, [value, filter, typing.dropped]);
  return (
    <label>
      <span>{label}</span>
      <input
        ref={input}
        id={`filter-${name}`}
        type="search"
        maxLength={200}
        autocomplete="off"
        spellcheck={false}
        defaultValue={value}
        onInput={({ currentTarget }) => typing.type(name, currentTarget.value)}
      />
    </label>
  );
}

interface ChoiceProps<Value extends string> extends Props {
  name: "state" | "reason" | "presence" | "queue";
  label: string;
  /** What it says where nothing is chosen. */
  any: string;
  values: readonly Value[];
  words: (value: Value) => string;
}

function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { name, label, any, values, words, filter, onChange } = props;
  return (
    <label>
      <span>{label}</span>
      <select
        id={`filter-${name}`}
        value={filter[name] ?? ""}
        onChange={({ currentTarget }) => onChange({ [name]: currentTarget.value || null })}
      >
        <option value="">{any}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {words(value)}
          </option>
        ))}
      </select>
    </label>
  );
}
