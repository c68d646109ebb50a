import { useEffect } from "preact/hooks";
import type { Session } from "../model/session.ts";
import { seenPresence, wouldDiffer } from "../model/shadow.ts";
import { factWords } from "../model/timeline/fact-words.ts";
import type { Timeline } from "../model/timeline/timeline.ts";
import { PRESENCE_WORDS, stateWords, visitorName } from "../model/words.ts";
import type { Why } from "../state/why.ts";
import { Page } from "../ui/page.tsx";
import { Drawing } from "./drawing.tsx";
import { FactList } from "./fact-list.tsx";
import { Legend } from "./legend.tsx";

const TICK_MS = 1_000;

interface Props {
  why: Why;
  /** The conversation in the address. */
  id: string;
  onOpen: (id: string) => void;
}

/** Why the visitor of one conversation was called gone, or was not, on a time axis. */
export function WhyPage({ why, id, onOpen }: Props) {
  useEffect(() => {
    why.open(id);
    const timer = setInterval(why.tick, TICK_MS);
    return () => {
      clearInterval(timer);
      why.close();
    };
  }, [why, id]);
  const session = why.session.value;
  const timeline = why.timeline.value;
  return (
    <Page
      id="page-why"
      title={session ? visitorName(session) : id}
      lead={session ? standingWords(session) : "One conversation on a time axis."}
    >
      <Status status={why.status.value} id={id} />
      {session && session.id !== id && (
        <p class="notice">
          The conversation <bdi>{id}</bdi> goes on as this one.
        </p>
      )}
      {session && (
        <p id="why-sentence" class="answer">
          {why.sentence}
        </p>
      )}
      {timeline && <Drawn why={why} timeline={timeline} />}
      {session && (
        <p>
          <button id="why-details" type="button" onClick={() => onOpen(session.id)}>
            Details of the conversation
          </button>
        </p>
      )}
      {timeline && <Listed why={why} timeline={timeline} />}
    </Page>
  );
}

function standingWords(session: Session): string {
  const { word } = PRESENCE_WORDS[seenPresence(session)];
  return `${session.id} · ${stateWords(session)} · ${wouldDiffer(session) ? `would be ${word.toLowerCase()}` : word}`;
}

function Status({ status, id }: { status: Why["status"]["value"]; id: string }) {
  const words = {
    reading: "Reading…",
    read: "",
    missing: `The conversation ${id} cannot be read: it was erased.`,
    failed: "What happened could not be read. Open this page again to retry.",
  };
  return (
    <p id="why-status" role="status">
      {words[status]}
    </p>
  );
}

interface DrawnProps {
  why: Why;
  timeline: Timeline;
}

function Drawn({ why, timeline }: DrawnProps) {
  const { times, selected, select } = why;
  const fact = timeline.facts[selected.value];
  const words = fact ? `${times.full(fact.time)}: ${factWords(fact, timeline)}` : "";
  return (
    <figure class="card timeline" aria-labelledby="why-drawn">
      <figcaption id="why-drawn">
        <h3>On a time axis</h3>
        <span class="quiet">{periodWords(timeline, why)}</span>
      </figcaption>
      <Drawing
        timeline={timeline}
        times={times}
        selected={selected.value}
        words={words}
        onSelect={select}
      />
      <p id="why-selected" class="chosen-fact">
        <span class="quiet">
          {selected.value + 1} of {timeline.facts.length}
        </span>{" "}
        {words}
      </p>
      <Legend timeline={timeline} />
    </figure>
  );
}

function Listed({ why, timeline }: DrawnProps) {
  const { times, selected, select } = why;
  return (
    <section class="card" aria-labelledby="why-list">
      <h3 id="why-list">Everything that happened</h3>
      <FactList timeline={timeline} times={times} selected={selected.value} onSelect={select} />
    </section>
  );
}

function periodWords({ from, to }: Timeline, { times }: Why): string {
  return `${times.full(from)} to ${times.after(to, from)}`;
}
