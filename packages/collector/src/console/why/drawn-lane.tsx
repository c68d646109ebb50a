import { type Axis, positionOf, widestPart } from "../model/timeline/axis.ts";
import { clustersOf } from "../model/timeline/clusters.ts";
import type { Lane, Span } from "../model/timeline/lane.ts";
import { MarkShape } from "./mark-shape.tsx";

export const LANE_PX = 48;
const TRACK_TOP = 20;
const TRACK_PX = 20;
/** Marks nearer than this are drawn as one. */
const MIN_GAP_PX = 15;
/** Half of what reacts to a click around a mark. */
const REACH_PX = 12;
const PX_OF_A_LETTER = 6.1;
/** What a label leaves free beside it for marks. */
const LABEL_GAP_PX = 18;
const MIN_SPAN_PX = 1.5;

interface Props {
  lane: Lane;
  /** Where it begins, in px. */
  top: number;
  axis: Axis;
  selected: number;
  onSelect: (index: number) => void;
}

/** One lane: its name, its spans, and a mark for each fact. */
export function DrawnLane({ lane, top, axis, selected, onSelect }: Props) {
  const { name, spans, marks } = lane;
  const place = (at: number) => positionOf(axis, at);
  const middle = TRACK_TOP + TRACK_PX / 2;
  return (
    <g class="lane" data-lane={lane.id} transform={`translate(0 ${top})`}>
      <line class="base" x1={0} x2={axis.width} y1={middle} y2={middle} />
      {spans.map((span) => (
        <DrawnSpan key={span.from} span={span} axis={axis} />
      ))}
      {clustersOf(marks, place, MIN_GAP_PX).map(({ position, marks }) => {
        const [first] = marks;
        const own = marks.findIndex(({ index }) => index === selected);
        const next = marks[own + 1] ?? first;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the drawing's slider does it by keyboard
          <g
            key={first.index}
            class="cluster"
            data-facts={marks.map(({ index }) => index).join(" ")}
            data-selected={own >= 0}
            transform={`translate(${position} ${middle})`}
            onClick={() => onSelect(next.index)}
          >
            <rect
              class="reach"
              x={-REACH_PX}
              y={-REACH_PX}
              width={2 * REACH_PX}
              height={2 * REACH_PX}
            />
            {own >= 0 && <circle class="ring" r={12} />}
            {marks.length === 1 ? <MarkShape kind={first.kind} /> : <Count count={marks.length} />}
          </g>
        );
      })}
      <text class="lane-name" x={0} y={13}>
        {name}
      </text>
    </g>
  );
}

function Count({ count }: { count: number }) {
  return (
    <>
      <rect class="count" x={-9} y={-8} width={18} height={16} rx={4} />
      <text class="count-number" y={4}>
        {count}
      </text>
    </>
  );
}

function DrawnSpan({ span, axis }: { span: Span; axis: Axis }) {
  const { kind, label, from, to } = span;
  const start = positionOf(axis, from);
  const width = Math.max(MIN_SPAN_PX, positionOf(axis, to) - start);
  const part = widestPart(axis, span);
  const fits = label.length * PX_OF_A_LETTER + LABEL_GAP_PX <= part.end - part.start;
  return (
    <g class="span" data-span={kind}>
      <rect x={start} y={TRACK_TOP} width={width} height={TRACK_PX} rx={Math.min(4, width / 2)} />
      {fits && (
        <text class="span-label" x={(part.start + part.end) / 2} y={TRACK_TOP + 14}>
          {label}
        </text>
      )}
    </g>
  );
}
