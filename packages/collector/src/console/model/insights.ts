/**
 * The quality of the verdicts, in words for the desk's manager.
 * @module
 */
import type { Track } from "../../core/lists.ts";
import { seconds } from "./duration.ts";
import { timeWords } from "./time-words.ts";

/** The response of `GET /v1/insights`, as far as this page reads it. */
export interface Insights {
  track: Track;
  from: string;
  to: string;
  departures: number;
  detectionSeconds: Quantiles | null;
  /** Departures that a return within a minute contradicted. */
  contradicted: number;
  /** Departures less than a minute ago, which a return may still contradict. */
  undecided: number;
  longerBuffers: LongerBuffer[];
}

export interface Quantiles {
  p50: number;
  p99: number;
  count: number;
}

export interface LongerBuffer {
  bySeconds: number;
  spared: number;
  /** Total delay of all other departures. */
  delayedSeconds: number;
}

export interface Finding {
  name: string;
  value: string;
  meaning: string;
}

const DAY_MS = 86_400_000;

/** With fewer departures the 99th percentile is the slowest one. */
const MIN_FOR_P99 = 100;

/** The measured period, and whether it was live or a trial run. */
export function measuredWords({ track, from, to }: Insights): string {
  if (track === "shadow") {
    return `The trial run since ${timeWords(from)}, not more than 7 days: what presence would have decided. None of it reached the desk.`;
  }
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
  const time = days === 1 ? "The last day" : `The last ${days} days`;
  return `${time}, live: what presence decided at the desk.`;
}

/** The measured numbers; empty before the first departure. */
export function findings(measured: Insights): Finding[] {
  const { departures, detectionSeconds, undecided } = measured;
  if (departures === 0) return [];
  return [
    {
      name: "Departures",
      value: String(departures),
      meaning: "How often a visitor was found to have left",
    },
    ...(detectionSeconds ? [speed(detectionSeconds)] : []),
    {
      name: "Found gone too early",
      value: earlyWords(measured),
      meaning: `Were back within a minute, so they had not really left${undecidedWords(undecided)}`,
    },
  ];
}

function earlyWords({ departures, contradicted, undecided }: Insights): string {
  if (contradicted > 0) return `${contradicted} (${share(contradicted, departures)})`;
  if (undecided === 0) return "None";
  return undecided < departures ? "None so far" : "Not known yet";
}

/** When the rest of the verdicts counts. */
function undecidedWords(undecided: number): string {
  if (undecided === 0) return "";
  const who = undecided === 1 ? "1 left" : `${undecided} left`;
  return `. ${who} less than a minute ago and may still come back`;
}

function speed({ p50, p99, count }: Quantiles): Finding {
  const slowest = roundSeconds(p99);
  const most = count < MIN_FOR_P99 ? `the slowest took ${slowest}` : `99 of 100 within ${slowest}`;
  return {
    name: "Noticed after",
    value: roundSeconds(p50),
    meaning: count === 1 ? "From the last sign of life" : `Half of them sooner; ${most}`,
  };
}

export interface BufferRow {
  longerBy: string;
  spared: string;
  cost: string;
}

/** What longer buffers would have spared and cost; empty if there were no mistakes to spare. */
export function bufferRows({ departures, contradicted, longerBuffers }: Insights): BufferRow[] {
  if (contradicted === 0) return [];
  return longerBuffers.map(({ bySeconds, spared, delayedSeconds }) => ({
    longerBy: seconds(bySeconds),
    spared: spared === 0 ? "None" : `${spared} of ${contradicted}`,
    cost:
      spared >= departures
        ? "Nothing"
        : `${departures - spared} noticed later, ${seconds(delayedSeconds)} in all`,
  }));
}

function share(part: number, whole: number): string {
  const percent = Math.min(100, Math.round((100 * part) / whole));
  return percent === 0 ? "under 1%" : `${percent}%`;
}

/** Seconds as text, with tenths below ten seconds. */
function roundSeconds(value: number): string {
  return value < 10 ? `${Number(value.toFixed(1))} s` : seconds(Math.round(value));
}
