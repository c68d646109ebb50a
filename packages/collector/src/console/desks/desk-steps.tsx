import type { HelpDesk } from "../model/desk.ts";
import { type StepPart, stepsOf } from "../model/desk-steps.ts";
import type { Desks } from "../state/desks.ts";
import type { Setup } from "../state/setup.ts";
import { CopyText } from "./copy-text.tsx";
import { SecretForm } from "./secret-form.tsx";

interface Props {
  desk: HelpDesk;
  desks: Desks;
  setup: Setup;
}

/** What to do in the desk and in the page, with what to paste there. */
export function DeskSteps({ desk, desks, setup }: Props) {
  const site = { collector: setup.collector, key: setup.key.value ?? "pk_…" };
  return (
    <ol class="steps">
      {stepsOf(desk, site).map(({ title, parts }) => (
        <li key={title}>
          <h4>{title}</h4>
          {parts.map((part, index) => (
            <Part key={`${title} ${index}`} part={part} desk={desk} desks={desks} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Part({ part, desk, desks }: Omit<Props, "setup"> & { part: StepPart }) {
  if (part === "secrets") return <SecretForm desk={desk} desks={desks} />;
  if (part === "binding") {
    return (
      <p>
        On the page <a href="#/setup">Setting up</a>, enter your site, which must be on https, and
        let holders of a secret report that the conversation carries: the site’s page then makes one
        by itself, and no token service is needed. On the page <a href="#/presence">Presence</a>,
        switch presence on, or try it out first.
      </p>
    );
  }
  if ("say" in part) return <p>{part.say}</p>;
  return <CopyText id={`${part.name}-${desk.id}`} label={part.label} text={part.copy} />;
}
