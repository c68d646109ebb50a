import type { ComponentChildren } from "preact";
import type { Settings } from "../model/settings.ts";

/** What leads to the first session, shown while there are none: only steps that can be made as things are. */
export function FirstSteps({ isHidden, settings }: { isHidden: boolean; settings: Settings }) {
  return (
    <section id="first-steps" class="first-steps" hidden={isHidden}>
      <h2>Nobody has come by yet</h2>
      <p class="quiet">Be the first visitor yourself, and keep this page in sight:</p>
      <ol>
        {stepsFor(settings).map((step, index) => (
          <li key={index}>
            <span>{step}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepsFor({ origins, presence: { mode = "on" } = {} }: Settings): ComponentChildren[] {
  const [site] = origins ?? [];
  const steps: ComponentChildren[] = [];
  if (!site) {
    steps.push(
      <>
        <a href="#/setup">Connect your site</a>, so that its pages report who is there.
      </>,
    );
  }
  steps.push(
    <>
      <a href="#/desks">Connect your help desk</a>, which reports what is written in the chat;
      without one, your developer does.
    </>,
  );
  if (mode === "off") {
    steps.push(
      <>
        <a href="#/presence">Begin a trial run</a>, which changes nothing for your desk, or switch
        presence on.
      </>,
    );
  }
  steps.push(
    site ? (
      <>
        <a href={site} target="_blank" rel="noopener">
          Open your site
        </a>{" "}
        in a window beside this one, and write something in its chat. You appear here.
      </>
    ) : (
      "Open your site, and write something in its chat. You appear here."
    ),
  );
  if (mode === "on") {
    steps.push("Close its tab. A few seconds later you are gone from the queue.");
    steps.push("Open it again. You are back in your old position.");
  } else {
    steps.push("Close its tab. A few seconds later your row says that you would be gone.");
  }
  return steps;
}
