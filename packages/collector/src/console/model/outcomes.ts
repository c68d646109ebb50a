/**
 * What verdicts did at the desk, in a trial run beside what presence would have done.
 * @module
 */
import { timeWords } from "./time-words.ts";

export interface Outcomes {
  departures: number;
  leftQueue: number;
  released: number;
  solved: number;
}

export interface OutcomePeriod {
  from: string;
  to: string;
  live: Outcomes;
  /** Only of a trial run. */
  shadow: Outcomes | null;
  /** `day` as `2026-01-31`, in UTC. */
  days: { day: string; live: Outcomes; shadow: Outcomes | null }[];
  /** Only of a trial run in which the desk reported verdicts of its own. */
  desk: DeskAgreement | null;
}

/** Numbers of conversations whose visitor was found gone or silent. */
export interface DeskAgreement {
  both: number;
  onlyDesk: number;
  onlyPresence: number;
}

/** The response of `GET /v1/insights/outcomes`. */
export interface OutcomeReport extends OutcomePeriod {
  /** The last trial run, if it ended lately; `null` while one goes on. */
  trial: OutcomePeriod | null;
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

/** The counts side by side; without the queue's of a period that is over. */
export function outcomeRows({ live, shadow }: OutcomePeriod, queue: QueueNow | null): OutcomeRow[] {
  const rows: OutcomeRow[] = (Object.keys(TITLES) as (keyof Outcomes)[]).map((id) => ({
    id,
    title: TITLES[id],
    live: String(live[id]),
    shadow: shadow && String(shadow[id]),
  }));
  if (!queue) return rows;
  const count = (number: number) => (queue.isComplete ? String(number) : `${number}+`);
  return [
    ...rows,
    {
      id: "queue",
      title: "In the queue now",
      live: count(queue.live),
      shadow: shadow && count(queue.shadow),
    },
  ];
}
/** What the report is about, and since when. */
export function periodWords({ from, shadow, days }: OutcomePeriod): string {
  if (!shadow) return "Today and the 6 days before, as they were.";
  if (days.every((day) => day.shadow && sum(day.shadow) === 0)) {
    return "The trial run has no verdict yet. Once a visitor leaves, this says what presence would have done.";
  }
  return `Since ${timeWords(from)}, not more than 7 days. Nothing of the right column reached your desk.`;
}

/** How far the desk itself and presence agreed. */
export function agreementWords({ both, onlyDesk, onlyPresence }: DeskAgreement): string {
  return `Your desk itself found ${both + onlyDesk} conversations inactive. In ${both} of them presence did so too, in ${onlyDesk} it did not; in ${onlyPresence} others presence alone did.`;
}

/** When a trial run was that is over. */
export function endedTrialWords({ from, to }: OutcomePeriod): string {
  return `From ${timeWords(from)} to ${timeWords(to)}, not more than its last 7 days. Nothing of the right column reached your desk.`;
}

const sum = (counts: Outcomes) => Object.values(counts).reduce((a: number, b: number) => a + b, 0);

/** One bar of the plot: those who were let go on a day. */
export interface DayBar {
  day: string;
  live: number;
  shadow: number | null;
}

export function dayBars({ days }: OutcomePeriod): DayBar[] {
  const letGo = ({ leftQueue, released }: Outcomes) => leftQueue + released;
  return days.map(({ day, live, shadow }) => ({
    day,
    live: letGo(live),
    shadow: shadow && letGo(shadow),
  }));
}
