import { useCallback } from "preact/hooks";
import type { HelpDesk } from "../model/desk.ts";
import { timeWords } from "../model/time-words.ts";
import type { Desks } from "../state/desks.ts";
import { LoadedList } from "../ui/loaded-list.tsx";

/** Messages that wait for the conversation of their ticket. */
export function ParkedList({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const load = useCallback(() => desks.parked(desk), [desks, desk]);
  return (
    <LoadedList load={load} empty="Nothing waits.">
      {({ ticket, conversation, facts, since }) => (
        <li key={`${ticket} ${conversation}`} data-parked={ticket ?? conversation}>
          <p>
            {ticket === null ? "Conversation" : "Ticket"} <bdi>{ticket ?? conversation}</bdi>
          </p>
          <p class="quiet">
            {facts === 1 ? "1 message" : `${facts} messages`} since {timeWords(since)}
          </p>
        </li>
      )}
    </LoadedList>
  );
}
