import { useEffect } from "preact/hooks";
import { addressOf, EVERYTHING } from "../model/conversation-filter.ts";
import { duration } from "../model/duration.ts";
import {
  adviceWords,
  percent,
  priceWords,
  RANGE_WORDS,
  RANGES,
  type Range,
  type Report,
  waitedWords,
  waitingBounds,
  wrongRateWords,
} from "../model/report.ts";
import { REASON_WORDS } from "../model/words.ts";
import type { Reports } from "../state/reports.ts";
import { Page } from "../ui/page.tsx";
import { BufferCurve } from "./buffer-curve.tsx";
import { CsvButtons } from "./csv-buttons.tsx";
import { ReportBars } from "./report-bars.tsx";
import { WaitingTable } from "./waiting-table.tsx";

const DATE = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** The page of conversations, of those whose visitor left. It has no filter for a month. */
function leftHref(range: Range): string {
  const period = range === "month" ? "any" : range;
  return `#/conversations?${addressOf({ ...EVERYTHING, reason: "user_offline", period })}`;
}

/** Who gave up waiting and when, whether verdicts were right, and what was set free for agents. */
export function ReportsPage({ reports }: { reports: Reports }) {
  const { range, report, problem, isBusy, read, choose } = reports;
  const chosen = range.value;
  useEffect(() => {
    read();
  }, [read, chosen]);
  const found = report.value;
  return (
    <Page
      id="page-reports"
      title="Reports"
      lead={`How many gave up waiting, and after how long. Days are those of ${found?.tz ?? "this browser"}.`}
    >
      <fieldset class="ranges">
        <legend class="unseen">Period</legend>
        {RANGES.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="range"
              value={each}
              checked={each === chosen}
              onChange={() => choose(each)}
            />
            {RANGE_WORDS[each]}
          </label>
        ))}
      </fieldset>
      <p id="reports-status" role="status">
        {problem.value || (isBusy.value ? "Reading…" : "")}
      </p>
      {found && <Found report={found} reports={reports} />}
    </Page>
  );
}

function Found({ report, reports }: { report: Report; reports: Reports }) {
  const { abandoned, conversations, contradicted, released } = report;
  const price = priceWords(report.buffer);
  const bounds = waitingBounds(abandoned.byWaiting);
  return (
    <>
      {report.track === "shadow" && (
        <p class="notice">A trial run: this is what presence would have done, not what happened.</p>
      )}
      <section id="report-abandoned" class="card" aria-labelledby="report-abandoned-title">
        <h3 id="report-abandoned-title">Gave up waiting</h3>
        <p class="figure">
          <b>{abandoned.count}</b> of {conversations}{" "}
          {conversations === 1 ? "conversation" : "conversations"} (
          {percent(abandoned.count, conversations)}) were left while waiting for an agent
          {abandoned.count > 0 && `: ${waitedWords(abandoned.waitedSeconds)}`}.
        </p>
        <p class="quiet">
          Of them {abandoned.returned} came back within 10 minutes. {report.silent} more fell silent
          in the queue, and {report.movedToEmail} were moved to email without an agent.
        </p>
        <p>
          <a href={leftHref(reports.range.value)}>
            See the conversations whose visitor has left, last changed in this time
          </a>
        </p>
        {report.periods.length > 1 && (
          <ReportBars
            title="By day"
            head="Day"
            name="gave up"
            bars={report.periods.map(({ date, abandoned, conversations }) => ({
              key: date,
              label: DATE.format(new Date(`${date}T00:00:00Z`)),
              value: abandoned,
              began: conversations,
            }))}
          />
        )}
        <ReportBars
          title="By hour of the day"
          head="Hour"
          name="gave up"
          bars={report.byHour.map(({ hour, abandoned, conversations }) => ({
            key: String(hour),
            label: `${String(hour).padStart(2, "0")}:00`,
            value: abandoned,
            began: conversations,
          }))}
        />
        <ReportBars
          title="By how long they had waited"
          head="Waited"
          name="gave up"
          bars={abandoned.byWaiting.map(({ count }, index) => ({
            key: String(index),
            label: bounds[index] ?? "",
            value: count,
            began: null,
          }))}
        />
        <WaitingTable
          title="By group"
          head="Group"
          rows={abandoned.byGroup.map(({ group, ...rest }) => ({
            name: group ?? "No group",
            ...rest,
          }))}
        />
        <WaitingTable
          title="By reason"
          head="Reason"
          rows={abandoned.byReason.map(({ reason, ...rest }) => ({
            name: REASON_WORDS[reason],
            ...rest,
          }))}
        />
      </section>
      <section id="report-buffers" class="card" aria-labelledby="report-buffers-title">
        <h3 id="report-buffers-title">Is a buffer too short?</h3>
        <p class="figure">{adviceWords(report)}</p>
        {price !== null && <p id="buffer-price">{price}</p>}
        {contradicted.perOnlineHour !== null && (
          <p class="quiet">
            {wrongRateWords(contradicted.perOnlineHour)}
            {contradicted.undecided > 0 &&
              ` ${contradicted.undecided} are less than a minute old, and not counted yet.`}
          </p>
        )}
        <BufferCurve {...report.buffer} departures={contradicted.departures} />
        <p>
          <a href="#/settings">Change the buffers</a>
        </p>
      </section>
      <section id="report-released" class="card" aria-labelledby="report-released-title">
        <h3 id="report-released-title">Agents’ time set free</h3>
        <p class="figure">
          <b>{duration(released.seconds * 1_000)}</b> in which absent visitors took no place of an
          agent, 10 minutes at most for each.
        </p>
        {released.byAgent.length > 0 && (
          <table class="buffers">
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <th scope="col">Conversations</th>
                <th scope="col">Set free</th>
              </tr>
            </thead>
            <tbody>
              {released.byAgent.map(({ agent, count, seconds }) => (
                <tr key={agent}>
                  <th scope="row">
                    <bdi>{agent}</bdi>
                  </th>
                  <td>{count}</td>
                  <td>{duration(seconds * 1_000, "fine")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <CsvButtons onCsv={reports.csv} />
    </>
  );
}
