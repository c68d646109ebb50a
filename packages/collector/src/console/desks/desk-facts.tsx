import { type HelpDesk, toldWords } from "../model/desk.ts";
import { timeWords } from "../model/time-words.ts";

/** How it stands with a desk. */
export function DeskFacts({ desk }: { desk: HelpDesk }) {
  const { lastHeardAt, lastWrittenAt, refused, parked } = desk;
  const facts: readonly (readonly [name: string, what: string])[] = [
    ["Last heard", lastHeardAt === null ? "Nothing yet" : timeWords(lastHeardAt)],
    ["Last written", lastWrittenAt === null ? "Nothing yet" : timeWords(lastWrittenAt)],
    ["Is told", toldWords(desk)],
    ["Refused", refused === 0 ? "None" : `${refused}: not signed with a secret of the desk`],
    ["Parked", parked === 0 ? "None" : `${parked}, until their conversation is known`],
  ];
  return (
    <dl class="desk-facts">
      {facts.map(([name, what]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
