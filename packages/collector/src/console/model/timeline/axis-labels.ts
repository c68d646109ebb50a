import { duration } from "../duration.ts";
import { type Axis, positionOf } from "./axis.ts";
import type { Timeline } from "./timeline.ts";
import type { Times } from "./times.ts";

/** A text above the drawing, in px around its middle. */
export interface AxisLabel {
  position: number;
  text: string;
  /** Whether it is the time of the verdict. */
  isVerdict?: boolean;
}

const PX_OF_A_LETTER = 6.4;
const PX_OF_A_BOLD_LETTER = 7.3;
const GAP_PX = 8;

/** The times that fit beside each other, the most important first. */
export function timeLabels(timeline: Timeline, axis: Axis, times: Times): AxisLabel[] {
  const { goneAt, focus, from, to, now, buffers } = timeline;
  const instants = [
    goneAt,
    ...buffers.toReversed().flatMap((buffer) => (isIn(buffer.from, focus) ? [buffer.from] : [])),
    now,
    from,
    to,
    ...axis.pieces.filter(({ isCut }) => isCut).flatMap((cut) => [cut.to, cut.from]),
  ].filter((at) => at !== null);
  const candidates = [...new Set(instants)].map((at) => {
    const text = at === now ? "now" : times.clock(at);
    return { position: positionOf(axis, at), text, isVerdict: at === goneAt };
  });
  return fitting(candidates, axis.width);
}

/** How long each cut is, as far as the texts fit. */
export function cutLabels({ pieces, width }: Axis): AxisLabel[] {
  const cuts = pieces
    .filter(({ isCut }) => isCut)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .map(({ from, to, start, end }) => ({
      position: (start + end) / 2,
      text: duration(to - from, to - from < 600_000 ? "fine" : "coarse"),
    }));
  return fitting(cuts, width);
}

function isIn(at: number, focus: Timeline["focus"]): boolean {
  return focus !== null && at >= focus.from && at <= focus.to;
}

function fitting(candidates: readonly AxisLabel[], width: number): AxisLabel[] {
  const placed: { label: AxisLabel; start: number; end: number }[] = [];
  for (const label of candidates) {
    const half = (label.text.length * (label.isVerdict ? PX_OF_A_BOLD_LETTER : PX_OF_A_LETTER)) / 2;
    const position = Math.max(half, Math.min(label.position, width - half));
    const [start, end] = [position - half - GAP_PX / 2, position + half + GAP_PX / 2];
    if (placed.some((other) => start < other.end && end > other.start)) continue;
    placed.push({ label: { ...label, position }, start, end });
  }
  return placed.map(({ label }) => label);
}
