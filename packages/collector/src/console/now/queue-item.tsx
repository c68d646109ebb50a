import { useEffect, useRef } from "preact/hooks";
import type { Queued } from "../model/session.ts";
import { ticketWords, visitorName } from "../model/words.ts";
import type { SessionSignals } from "../state/sessions.ts";
import { flash } from "../ui/flash.ts";
import { PresenceMark } from "../ui/presence-mark.tsx";
import { Since } from "../ui/since.tsx";
import { VisitorButton } from "../ui/visitor-button.tsx";

interface Props {
  entry: Queued;
  sessions: SessionSignals;
  /** Whether to highlight it when it appears. */
  isNew: boolean;
  onOpen: (id: string) => void;
}

/** One session of the queue. */
export function QueueItem({ entry, sessions, isNew, onOpen }: Props) {
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isNew && element.current) flash(element.current);
  }, []);

  const id = entry.session;
  const session = sessions.find(id)?.session.value;
  const shown = session ?? entry;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button is for the keyboard
    <li ref={element} data-queued={id} data-presence={shown.presence} onClick={() => onOpen(id)}>
      <span class="position">{entry.position}</span>
      <div class="who">
        <VisitorButton name={session ? visitorName(session) : (entry.user ?? id)} />
        <span class="quiet">{ticketWords(shown.ticket)}</span>
      </div>
      <div class="wait">
        <Since at={entry.queuedAt} precision="fine" />
        <PresenceMark of={shown} />
      </div>
    </li>
  );
}
