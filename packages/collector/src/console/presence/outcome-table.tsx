import { dayBars, type OutcomePeriod, outcomeRows, type QueueNow } from "../model/outcomes.ts";
import { DayPlot } from "../ui/day-plot.tsx";

const NAMES = ["What happened", "With presence"] as const;

interface Props {
  period: OutcomePeriod;
  /** `null`: the period is over. */
  queue: QueueNow | null;
}

/** The counts of a period, and those who were let go by day. */
export function OutcomeTable({ period, queue }: Props) {
  return (
    <>
      <table class="buffers">
        <thead>
          <tr>
            <td />
            <th scope="col">{NAMES[0]}</th>
            {period.shadow && <th scope="col">{NAMES[1]}</th>}
          </tr>
        </thead>
        <tbody>
          {outcomeRows(period, queue).map(({ id, title, live, shadow }) => (
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
        bars={dayBars(period)}
        names={NAMES}
      />
    </>
  );
}
