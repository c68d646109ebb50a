import type { Session } from "../model/session.ts";
import { seenPresence, wouldDiffer } from "../model/shadow.ts";
import { PRESENCE_WORDS } from "../model/words.ts";

interface Props {
  of: Pick<Session, "presence" | "shadow"> & Partial<Pick<Session, "state">>;
}

/**
 * A session's presence as a dot with a form and colour of its own, and its word. In a trial run it is
 * that of the shadow, and marked so where it differs. One that has ended, and was never seen, need not be seen any more.
 */
export function PresenceMark({ of }: Props) {
  const presence = seenPresence(of);
  if (of.state === "ended" && presence === "unknown") {
    return (
      <span class="presence" data-is={presence} title="The conversation has ended">
        –
      </span>
    );
  }
  const { word, meaning } = PRESENCE_WORDS[presence];
  const isTrial = wouldDiffer(of);
  return (
    <span
      class={isTrial ? "presence trial" : "presence"}
      data-is={presence}
      title={isTrial ? `${meaning}. Only tried out: it changes nothing yet` : meaning}
    >
      <small hidden={!isTrial}>would be </small>
      <i />
      <span>{word}</span>
    </span>
  );
}
