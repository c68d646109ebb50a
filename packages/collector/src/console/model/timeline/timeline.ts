import type { Trace } from "../trace.ts";
import { type Buffer, bufferSpans, buffersOf } from "./buffers.ts";
import type { Lane } from "./lane.ts";
import { messageLane, ticketLane, toldLane } from "./other-lanes.ts";
import { pageLanes } from "./page-lanes.ts";
import type { Present } from "./present.ts";
import { conversationLane, presenceLane } from "./standing-lanes.ts";
import {
  causeOf,
  isDeparture,
  isGoneVerdict,
  pageNumbers,
  type TimedFact,
  timed,
} from "./timed.ts";

/** The shortest stretch of time that is drawn. */
const MIN_LENGTH_MS = 10_000;
/** What is drawn before and after the stretch that decided. */
const FOCUS_MARGIN_MS = 5_000;

/** A conversation as a drawing; instants are epoch milliseconds. */
export interface Timeline {
  facts: readonly TimedFact[];
  from: number;
  to: number;
  /** Where the present is drawn; `null` if nothing is awaited, so that it would only be far away. */
  now: number | null;
  lanes: Lane[];
  /** The stretch in which it was decided that the visitor is gone, which is drawn larger. */
  focus: { from: number; to: number } | null;
  /** When the visitor was called gone for the last time. */
  goneAt: number | null;
  /** The facts by which that was decided: what the pages did last, and the verdict. */
  decisive: ReadonlySet<number>;
  numbers: ReadonlyMap<string, number>;
  buffers: readonly Buffer[];
  /** Whether presence is only tried out, so that its verdicts and leases are what would have been. */
  isTrial: boolean;
}

/** @returns `null` if there is nothing to draw */
export function timelineOf(trace: Trace, present: Present): Timeline | null {
  const facts = timed(trace.facts);
  const [first] = facts;
  if (!first) return null;
  const last = facts[facts.length - 1] ?? first;
  const buffers = buffersOf(facts, present);
  const running = buffers.find(({ outcome }) => outcome === "running");
  const leases = present.pages.map(({ leaseUntil }) => leaseUntil);
  const silenceEndsAt = silenceEnd(present, [...leases, ...(running ? [running.to] : [])]);
  const awaited = [...leases, running?.to, present.deadlineAt].filter(
    (at) => typeof at === "number",
  );
  const isLive = awaited.length > 0;
  const ends = [last.time, ...buffers.map(({ to }) => to)];
  if (isLive) ends.push(present.now, ...leases, ...(silenceEndsAt === null ? [] : [silenceEndsAt]));
  const gone = facts.findLast(isGoneVerdict);
  if (gone) ends.push(Math.min(gone.time + FOCUS_MARGIN_MS, present.now));
  const from = first.time;
  const axis = { from, to: Math.max(from + MIN_LENGTH_MS, ...ends) };
  const living = present.pages.map(({ page }) => page);
  const numbers = pageNumbers(facts, living);
  const lanes = [
    messageLane(facts, present, silenceEndsAt, axis),
    ...pageLanes(facts, numbers, present, axis),
    { id: "buffer", name: "Buffer: no page open", spans: bufferSpans(buffers), marks: [] },
    presenceLane(facts, present, axis),
    conversationLane(facts, present, axis),
    ticketLane(facts),
    toldLane(facts),
  ];
  return {
    facts,
    ...axis,
    now: isLive ? Math.max(from, Math.min(present.now, axis.to)) : null,
    lanes: lanes.filter(({ spans, marks }) => spans.length + marks.length > 0),
    focus: focusOf(
      running ?? buffers.findLast(({ outcome, to }) => outcome === "verdict" && to === gone?.time),
      facts,
      axis,
    ),
    goneAt: gone?.time ?? null,
    decisive: new Set(gone ? [causeOf(gone, facts)?.index ?? gone.index, gone.index] : []),
    numbers,
    buffers,
    isTrial: present.isTrial,
  };
}

/** When the visitor will have been silent for too long; `null` if something else comes first. */
function silenceEnd({ deadlineAt }: Present, others: readonly number[]): number | null {
  if (deadlineAt === null) return null;
  return others.some((at) => Math.abs(at - deadlineAt) < 1_000) ? null : deadlineAt;
}

function focusOf(
  buffer: Buffer | undefined,
  facts: readonly TimedFact[],
  axis: { from: number; to: number },
) {
  if (!buffer) return null;
  const cause = facts.findLast((fact) => isDeparture(fact) && fact.time <= buffer.from);
  const silentMs = cause?.type === "lease_ended" ? cause.leaseSeconds * 1_000 : 0;
  return {
    from: Math.max(axis.from, buffer.from - silentMs - FOCUS_MARGIN_MS),
    to: Math.min(axis.to, buffer.to + FOCUS_MARGIN_MS),
  };
}
