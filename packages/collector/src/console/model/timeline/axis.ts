/**
 * The axis of a drawing: where each instant stands. Long quiet stretches are cut, and the stretch that decided is
 * drawn larger, so that five seconds can be seen in a conversation of two hours.
 * @module
 */
import type { Timeline } from "./timeline.ts";

/** A stretch of time, and the stretch of the drawing that it takes. */
export interface Piece {
  /** Epoch milliseconds, as `to`. */
  from: number;
  to: number;
  /** In px, as `end`. */
  start: number;
  end: number;
  /** Whether it is cut: its width says nothing of its length. */
  isCut: boolean;
}

export interface Axis {
  width: number;
  pieces: readonly Piece[];
}

const CUT_PX = 30;
const HALF_TEAR_PX = 6;
/** How many px of the drawing one cut needs beside it. */
const PX_OF_A_CUT = 90;
/** Shorter stretches are never cut. */
const MIN_CUT_MS = 60_000;
/** A stretch is cut if it would take more than this share. */
const MAX_SHARE = 0.2;
const MAX_FOCUS_SHARE = 0.5;
/** A second of the focus is not drawn larger than this. */
const MAX_PX_OF_A_SECOND = 24;

/**
 * @param width of the drawing, in px
 * @param margin that stays free at both sides, in px
 */
export function axisOf(timeline: Timeline, width: number, margin: number): Axis {
  const { from, to, focus } = timeline;
  const gaps = gapsOf(timeline);
  const inFocus = (gap: Gap) => focus !== null && gap.from >= focus.from && gap.to <= focus.to;
  const near = gaps.filter(inFocus);
  const far = gaps.filter((gap) => !inFocus(gap));
  const inner = Math.max(1, width - 2 * margin);
  const share = far.length === 0 ? 1 : MAX_FOCUS_SHARE;
  const focusPx = Math.min(inner * share, enough(near));
  const widths = new Map([
    ...widthsOf(near, near.length === 0 ? 0 : far.length === 0 ? inner : focusPx),
    ...widthsOf(far, inner - (near.length === 0 ? 0 : focusPx)),
  ]);
  let start = margin;
  const pieces = gaps.map((gap): Piece => {
    const { px, isCut } = widths.get(gap) ?? { px: 0, isCut: false };
    const piece = { ...gap, start, end: start + px, isCut };
    start = piece.end;
    return piece;
  });
  if (pieces.length === 0) {
    pieces.push({ from, to, start: margin, end: margin + inner, isCut: false });
  }
  return { width, pieces };
}

/** Where an instant stands, in px. */
export function positionOf({ pieces }: Axis, at: number): number {
  const [first] = pieces;
  const last = pieces.at(-1);
  if (!first || !last) return 0;
  if (at <= first.from) return first.start;
  const piece = pieces.find(({ to }) => at <= to);
  if (!piece) return last.end;
  const share = piece.to === piece.from ? 0 : (at - piece.from) / (piece.to - piece.from);
  return piece.start + share * (piece.end - piece.start);
}

/** The widest part of a stretch that no cut goes through, in px. */
export function widestPart(axis: Axis, { from, to }: { from: number; to: number }) {
  const parts: { start: number; end: number }[] = [{ start: positionOf(axis, from), end: 0 }];
  for (const cut of axis.pieces.filter((piece) => piece.isCut)) {
    if (cut.from < from || cut.to > to) continue;
    const middle = (cut.start + cut.end) / 2;
    parts.push({ start: middle + HALF_TEAR_PX, end: middle - HALF_TEAR_PX });
  }
  const ends = [...parts.slice(1).map(({ end }) => end), positionOf(axis, to)];
  return parts
    .map(({ start }, index) => ({ start, end: ends[index] ?? start }))
    .reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a));
}

interface Gap {
  from: number;
  to: number;
}

/** The stretches between instants at which something happened. */
function gapsOf({ facts, lanes, from, to, focus, now }: Timeline): Gap[] {
  const instants = new Set([from, to, ...(focus ? [focus.from, focus.to] : [])]);
  if (now !== null) instants.add(now);
  for (const { time } of facts) instants.add(time);
  for (const { spans } of lanes) for (const span of spans) instants.add(span.from).add(span.to);
  const sorted = [...instants].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  return sorted.slice(1).map((at, index) => ({ from: sorted[index] ?? from, to: at }));
}

const lengthOf = ({ from, to }: Gap) => to - from;

const sum = (gaps: readonly Gap[]) => gaps.reduce((total, gap) => total + lengthOf(gap), 0);

/** As wide as the focus need not be wider. */
function enough(gaps: readonly Gap[]): number {
  const cut = cutsOf(gaps, Number.POSITIVE_INFINITY);
  const shown = gaps.filter((gap) => !cut.has(gap));
  return (sum(shown) / 1_000) * MAX_PX_OF_A_SECOND + cut.size * CUT_PX;
}

/** Which stretches to cut: the longest, while it would take too much of what is drawn to scale. */
function cutsOf(gaps: readonly Gap[], maxCuts: number): Set<Gap> {
  const cut = new Set<Gap>();
  let total = sum(gaps);
  for (const gap of [...gaps].sort((a, b) => lengthOf(b) - lengthOf(a))) {
    const isLong = lengthOf(gap) >= MIN_CUT_MS && lengthOf(gap) > total * MAX_SHARE;
    if (!isLong || cut.size >= maxCuts) break;
    cut.add(gap);
    total -= lengthOf(gap);
  }
  return cut;
}

function widthsOf(gaps: readonly Gap[], px: number) {
  const cut = cutsOf(gaps, Math.floor(px / PX_OF_A_CUT));
  const shown = gaps.filter((gap) => !cut.has(gap));
  const total = sum(shown);
  const cutPx = total === 0 ? px / Math.max(1, cut.size) : CUT_PX;
  const rest = px - cut.size * cutPx;
  return gaps.map((gap) => {
    const isCut = cut.has(gap);
    return [gap, { px: isCut ? cutPx : (lengthOf(gap) / total) * rest, isCut }] as const;
  });
}
