import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { addressOf, type ConversationFilter } from "../model/conversation-filter.ts";

/** So that the collector is not asked at every key. */
const TYPING_PAUSE_MS = 250;

export type TextName = "q" | "group" | "assignee" | "tag" | "ticket" | "user";

export type Typing = ReturnType<typeof useTyping>;

/**
 * What is typed into a filter and not part of it yet. It joins the next change of the form, and is dropped where
 * another filter is shown, as by a view.
 */
export function useTyping(
  filter: ConversationFilter,
  onChange: (part: Partial<ConversationFilter>) => void,
) {
  const typed = useRef<Partial<Record<TextName, string>>>({});
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  /** The address of the filter that was shown or asked for last. */
  const expected = useRef("");
  const dropped = useSignal(0);
  const address = addressOf(filter).toString();

  function drop(): void {
    clearTimeout(timer.current);
    typed.current = {};
  }

  function change(part: Partial<ConversationFilter>): void {
    const all = { ...typed.current, ...part };
    drop();
    expected.current = addressOf({ ...filter, ...all }).toString();
    onChange(all);
  }

  // Before the inputs take over what the filter has.
  useLayoutEffect(() => {
    if (address !== expected.current) drop();
    expected.current = address;
  }, [address]);
  useEffect(() => drop, []);

  return {
    /** Rises when what was typed was dropped without another filter. */
    dropped: dropped.value,
    isTyped: (name: TextName) => typed.current[name] !== undefined,
    change,
    type(name: TextName, text: string): void {
      clearTimeout(timer.current);
      typed.current[name] = text.trim();
      timer.current = setTimeout(() => change({}), TYPING_PAUSE_MS);
    },
    /** Changes the filter, and drops what is typed. */
    replace(part: Partial<ConversationFilter>): void {
      drop();
      dropped.value += 1;
      change(part);
    },
  };
}
