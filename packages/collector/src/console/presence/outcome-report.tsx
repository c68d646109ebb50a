import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PresenceMode } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import { coalesce } from "../live/coalesce.ts";
import { failureWords } from "../live/problem.ts";
import {
  agreementWords,
  endedTrialWords,
  periodWords,
  type QueueNow,
  type OutcomeReport as Report,
} from "../model/outcomes.ts";
import { OutcomeTable } from "./outcome-table.tsx";

/** Between two readings, since the collector reads a whole period for each. */
const PAUSE_MS = 5_000;

interface Props {
  api: Pick<Api, "outcomes">;
  /** The report is read again when it changes. */
  mode: PresenceMode;
  /** Rises with each verdict, after which the report is read again. */
  verdicts: ReadonlySignal<number>;
  queue: QueueNow;
}

/** What happened at the desk, and what the last trial run found beside it. */
export function OutcomeReport({ api, mode, verdicts, queue }: Props) {
  const report = useSignal<Report | null>(null);
  /** Why the last reading failed; empty if it did not. */
  const problem = useSignal("");

  useEffect(() => {
    let isCurrent = true;
    const read = coalesce(
      async (_: PresenceMode) => {
        if (!isCurrent) return;
        const found = await api.outcomes();
        if (!isCurrent) return;
        report.value = found;
        problem.value = "";
      },
      (failure) => {
        problem.value = failureWords(failure);
      },
      PAUSE_MS,
    );
    // Reads immediately, too.
    const stopFollowing = verdicts.subscribe(() => read(mode));
    return () => {
      isCurrent = false;
      stopFollowing();
    };
  }, [api, mode, verdicts, report, problem]);

  const read = report.value;
  const isTrial = mode === "shadow";
  return (
    <>
      <section id="outcomes" class="card" aria-labelledby="outcomes-title" hidden={mode === "off"}>
        <h3 id="outcomes-title">{isTrial ? "What the trial run says" : "What verdicts did"}</h3>
        <p class="quiet">
          {read && periodWords(read)}
          {!read && problem.value === "" && "Reading…"}
          {problem.value !== "" && ` This could not be read. ${problem.value}`}
        </p>
        {read && <OutcomeTable period={read} queue={queue} />}
        {read?.desk && <p id="desk-agreement">{agreementWords(read.desk)}</p>}
        {read?.shadow && (
          <p class="quiet">
            Each conversation says for itself what presence would have done: open one on the page{" "}
            <a href="#/now">Now</a>. There “How good the verdicts are” says how many were found gone
            too early.
          </p>
        )}
      </section>
      {read?.trial && (
        <section id="ended-trial" class="card" aria-labelledby="ended-trial-title">
          <h3 id="ended-trial-title">What the last trial run said</h3>
          <p class="quiet">{endedTrialWords(read.trial)}</p>
          <OutcomeTable period={read.trial} queue={null} />
          {read.trial.desk && <p id="trial-desk-agreement">{agreementWords(read.trial.desk)}</p>}
        </section>
      )}
    </>
  );
}
