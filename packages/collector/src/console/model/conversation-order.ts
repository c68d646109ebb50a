import type { Column, ConversationFilter } from "./conversation-filter.ts";
import type { Session } from "./session.ts";
import { PRESENCE_WORDS, stateWords, visitorName } from "./words.ts";

const TEXT = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

const WORDS: Record<Exclude<Column, "changed">, (session: Session) => string> = {
  visitor: visitorName,
  state: stateWords,
  presence: ({ presence }) => PRESENCE_WORDS[presence].word,
  agent: ({ assignee }) => assignee ?? "",
  group: ({ ticket }) => ticket.group ?? "",
};

/** Sorts as the filter says; equal ones by their id, so that rows do not jump. */
export function sortConversations(
  sessions: readonly Session[],
  { sort, isAscending }: Pick<ConversationFilter, "sort" | "isAscending">,
): Session[] {
  const compare =
    sort === "changed"
      ? (a: Session, b: Session) => Date.parse(a.changedAt) - Date.parse(b.changedAt)
      : (a: Session, b: Session) => TEXT.compare(WORDS[sort](a), WORDS[sort](b));
  const sign = isAscending ? 1 : -1;
  return sessions.toSorted((a, b) => sign * compare(a, b) || (a.id < b.id ? -1 : 1));
}
