import type { TriggerPreview } from "../live/account-api.ts";
import { timeWords } from "../model/time-words.ts";
import type { TriggersForm } from "../state/triggers-form.ts";
import { ConversationLinks } from "../ui/conversation-links.tsx";

interface Props {
  form: TriggersForm;
  name: string;
  /** What to call a conversation. */
  nameOf: (id: string) => string;
}

/** What a trigger did lately, and what it would have done where it was tried. */
export function TriggerRecord({ form, name, nameOf }: Props) {
  const ran = form.runs.value.find((each) => each.name === name);
  const tried = form.preview.value;
  return (
    <>
      {ran && (
        <p class="ran quiet">
          {ran.lastAt === null
            ? "Did not run in the last 7 days."
            : `Ran ${ran.runs === 1 ? "once" : `${ran.runs} times`} in the last 7 days, last on ${timeWords(ran.lastAt)}: `}
          <ConversationLinks ids={ran.sessions} nameOf={nameOf} />
        </p>
      )}
      {tried && <Tried tried={tried} name={name} nameOf={nameOf} />}
    </>
  );
}

function Tried({ tried, name, nameOf }: Omit<Props, "form"> & { tried: TriggerPreview }) {
  const sessions = tried.triggers.find((each) => each.name === name)?.sessions ?? [];
  return (
    <p class="tried">
      {sessions.length === 0
        ? `Would have run for none of ${tried.examined}.`
        : `Would have run for ${sessions.length} of ${tried.examined}: `}
      <ConversationLinks ids={sessions} nameOf={nameOf} />
    </p>
  );
}
