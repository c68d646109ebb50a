import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Api } from "../live/api.ts";
import {
  dayBars,
  outcomeRows,
  periodWords,
  type QueueNow,
  type OutcomeReport as Report,
} from "../model/outcomes.ts";
import { timeWords } from "../model/time-words.ts";
import { DayPlot } from "../ui/day-plot.tsx";

interface Props {
  api: Pick<Api, "outcomes">;
  /** Whether presence is only tried out; the report is read again when that changes. */
  isTrial: boolean;
  queue: QueueNow;
}

/** What happened at the desk, in a trial run beside what presence would have done. */
export function OutcomeReport({ api, isTrial, queue }: Props) {
  const report = useSignal<Report | null>(null);
  const isFailed = useSignal(false);

  useEffect(() => {
    let isCurrent = true;
    api.outcomes().then(
      (read) => {
        if (isCurrent) report.value = read;
      },
      () => {
        isFailed.value = true;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [api, isTrial, report, isFailed]);

  const read = report.value;
  const names = ["What happened", "With presence"] as const;
  return (
    <section id="outcomes" class="card" aria-labelledby="outcomes-title">
      <h3 id="outcomes-title">{isTrial ? "What the trial run says" : "What verdicts did"}</h3>
      <p class="quiet">
        {read && periodWords(read, timeWords(read.from))}
        {!read && (isFailed.value ? "This could not be read. Open the page again." : "Reading…")}
      </p>
      {read && (
        <>
          <table class="buffers">
            <thead>
              <tr>
                <td />
                <th scope="col">{names[0]}</th>
                {read.shadow && <th scope="col">{names[1]}</th>}
              </tr>
            </thead>
            <tbody>
              {outcomeRows(read, queue).map(({ id, title, live, shadow }) => (
                <tr key={id} data-outcome={id}>
                  <th scope="row">{title}</th>
                  <td data-track="live">{live}</td>
                  {shadow !== null && <td data-track="shadow">{shadow}</td>}
                </tr>
              ))}
            </tbody>
          </table>
          <DayPlot
            title="Left the queue or set an agent free, by day"
            bars={dayBars(read)}
            names={names}
          />
          {read.shadow && (
            <p class="quiet">
              Each conversation says for itself what presence would have done: open one on the page{" "}
              <a href="#/now">Now</a>. There “How good the verdicts are” says how many were found
              gone too early.
            </p>
          )}
        </>
      )}
    </section>
  );
}
