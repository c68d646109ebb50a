import { fold } from "../../core/fold.ts";
import type { Session } from "./session.ts";
import { seenPresence } from "./shadow.ts";
import { PRESENCE_WORDS, stateWords, ticketWords } from "./words.ts";

/** What each session is found by, kept with it: folding all of them for each key would hold typing up. */
const texts = new WeakMap<Session, string>();

/** Whether every typed word occurs in what identifies the session, or in the words that its row shows. */
export function createMatcher(typed: string): (session: Session) => boolean {
  const words = fold(typed).split(/\s+/);
  return (session) => {
    const text = textOf(session);
    return words.every((word) => text.includes(word));
  };
}

function textOf(session: Session): string {
  const known = texts.get(session);
  if (known !== undefined) return known;
  const { id, user, assignee, ticket } = session;
  const named = [id, user, assignee, ticket.id, ticket.group, ...ticket.tags];
  const shown = [
    stateWords(session),
    PRESENCE_WORDS[seenPresence(session)].word,
    ticketWords(ticket),
  ];
  const text = fold([...named, ...shown].filter((part) => part !== null).join("\n"));
  texts.set(session, text);
  return text;
}
