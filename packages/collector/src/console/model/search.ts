import { fold } from "../../core/fold.ts";
import type { Session } from "./session.ts";
import { seenPresence } from "./shadow.ts";
import { PRESENCE_WORDS, stateWords, ticketWords } from "./words.ts";

/** Whether every typed word occurs in what identifies the session, or in the words that its row shows. */
export function matches(session: Session, typed: string): boolean {
  const { id, user, assignee, ticket } = session;
  const named = [id, user, assignee, ticket.id, ticket.group, ...ticket.tags];
  const shown = [
    stateWords(session),
    PRESENCE_WORDS[seenPresence(session)].word,
    ticketWords(ticket),
  ];
  const text = fold([...named, ...shown].filter((part) => part !== null).join("\n"));
  return fold(typed)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
