import type { Session } from "../model/session.ts";
import { seenPresence } from "../model/shadow.ts";
import { PRESENCE_WORDS } from "../model/words.ts";

/**
 * A session's presence as a dot with a form and colour of its own, and its word. In a trial run it is
 * that of the shadow, and marked so.
 */
export function PresenceMark({ of }: { of: Pick<Session, "presence" | "shadow"> }) {
  const presence = seenPresence(of);
  const { word, meaning } = PRESENCE_WORDS[presence];
  const isTrial = of.shadow !== undefined;
  return (
    <span
      class="presence"
      data-is={presence}
      title={isTrial ? `${meaning}. Only tried out: it changes nothing yet` : meaning}
    >
      <small hidden={!isTrial}>would be </small>
      <i />
      <span>{word}</span>
    </span>
  );
}
