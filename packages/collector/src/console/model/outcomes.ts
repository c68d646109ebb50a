/**
 * What verdicts did at the desk, in a trial run beside what presence would have done.
 * @module
 */

export interface Outcomes {
  departures: number;
  leftQueue: number;
  released: number;
  solved: number;
}

/** The response of `GET /v1/insights/outcomes`. */
export interface OutcomeReport {
  from: string;
  to: string;
  live: Outcomes;
  /** Only in a trial run. */
  shadow: Outcomes | null;
  /** `day` as `2026-01-31`, in UTC. */
  days: { day: string; live: Outcomes; shadow: Outcomes | null }[];
}

/** How many conversations are in the queue now; lower bounds while not all are loaded. */
export interface QueueNow {
  live: number;
  shadow: number;
  isComplete: boolean;
}

export interface OutcomeRow {
  id: string;
  title: string;
  live: string;
  /** Only in a trial run. */
  shadow: string | null;
}

const TITLES: Record<keyof Outcomes, string> = {
  departures: "Visitors found gone",
  leftQueue: "Left the queue, gone or silent",
  released: "Agents’ places set free",
  solved: "Tickets solved by triggers",
};

/** The counts side by side. */
export function outcomeRows({ live, shadow }: OutcomeReport, queue: QueueNow): OutcomeRow[] {
  const count = (number: number) => (queue.isComplete ? String(number) : `${number}+`);
  return [
    ...(Object.keys(TITLES) as (keyof Outcomes)[]).map((id) => ({
      id,
      title: TITLES[id],
      live: String(live[id]),
      shadow: shadow && String(shadow[id]),
    })),
    {
      id: "queue",
      title: "In the queue now",
      live: count(queue.live),
      shadow: shadow && count(queue.shadow),
    },
  ];
}

/** What the report is about, and since when. */
export function periodWords({ shadow, days }: OutcomeReport, since: string): string {
  if (!shadow) return "The last 7 days, as they were.";
  if (days.every((day) => day.shadow && sum(day.shadow) === 0)) {
    return "The trial run has no verdict yet. Once a visitor leaves, this says what presence would have done.";
  }
  return `Since ${since}, 7 days at most. Nothing of the right column reached your desk.`;
}

const sum = (counts: Outcomes) => Object.values(counts).reduce((a: number, b: number) => a + b, 0);

/** One bar of the plot: those who were let go on a day. */
export interface DayBar {
  day: string;
  live: number;
  shadow: number | null;
}

export function dayBars({ days }: OutcomeReport): DayBar[] {
  const letGo = ({ leftQueue, released }: Outcomes) => leftQueue + released;
  return days.map(({ day, live, shadow }) => ({
    day,
    live: letGo(live),
    shadow: shadow && letGo(shadow),
  }));
}
