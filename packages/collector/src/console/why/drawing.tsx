import { useRef } from "preact/hooks";
import { type Axis, axisOf, positionOf } from "../model/timeline/axis.ts";
import { cutLabels, timeLabels } from "../model/timeline/axis-labels.ts";
import type { Timeline } from "../model/timeline/timeline.ts";
import type { Times } from "../model/timeline/times.ts";
import { DrawnLane, LANE_PX } from "./drawn-lane.tsx";
import { Patterns } from "./patterns.tsx";
import { useWidth } from "./use-width.ts";

const HEAD_PX = 42;
const FOOT_PX = 18;
const MARGIN_PX = 12;

interface Props {
  timeline: Timeline;
  times: Times;
  selected: number;
  /** The selected fact in words. */
  words: string;
  onSelect: (index: number) => void;
}

const STEPS: Record<string, number> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  End: Number.MAX_SAFE_INTEGER,
  Home: Number.MIN_SAFE_INTEGER,
};

/**
 * The conversation as a drawing. For a keyboard and a screen reader it is a slider from fact to fact; the list
 * beneath says the same.
 */
export function Drawing({ timeline, times, selected, words, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const axis = axisOf(timeline, width, MARGIN_PX);
  const { lanes, facts, focus, now, to, goneAt } = timeline;
  const height = HEAD_PX + lanes.length * LANE_PX;
  const place = (at: number) => positionOf(axis, at);
  const chosen = facts[selected];

  function onKeyDown(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onSelect(selected + step);
  }

  return (
    <div
      id="why-drawing"
      ref={box}
      class="drawing"
      dir="ltr"
      role="slider"
      tabIndex={0}
      aria-label="What happened, fact by fact: arrow keys move through it"
      aria-valuemin={1}
      aria-valuemax={facts.length}
      aria-valuenow={selected + 1}
      aria-valuetext={words}
      onKeyDown={onKeyDown}
    >
      <svg aria-hidden="true" width={width} height={height + FOOT_PX}>
        <Patterns />
        {focus && (
          <>
            <rect
              class="focus"
              x={place(focus.from)}
              y={0}
              width={Math.max(0, place(focus.to) - place(focus.from))}
              height={height + FOOT_PX}
            />
            <text
              class="focus-name"
              x={(place(focus.from) + place(focus.to)) / 2}
              y={height + FOOT_PX - 6}
            >
              drawn larger
            </text>
          </>
        )}
        {now !== null && (
          <rect
            class="future"
            x={place(now)}
            y={HEAD_PX - 4}
            width={Math.max(0, place(to) - place(now))}
            height={height - HEAD_PX + 4}
          />
        )}
        {goneAt !== null && <Line name="verdict" position={place(goneAt)} height={height} />}
        {now !== null && <Line name="now" position={place(now)} height={height} />}
        {chosen && <Line name="chosen" position={place(chosen.time)} height={height} />}
        {lanes.map((lane, index) => (
          <DrawnLane
            key={lane.id}
            lane={lane}
            top={HEAD_PX + index * LANE_PX}
            axis={axis}
            selected={selected}
            onSelect={onSelect}
          />
        ))}
        <Cuts axis={axis} height={height} />
        {timeLabels(timeline, axis, times).map(({ position, text, isVerdict }) => (
          <text key={position} class={isVerdict ? "time of-verdict" : "time"} x={position} y={14}>
            {text}
          </text>
        ))}
        {cutLabels(axis).map(({ position, text }) => (
          <text key={position} class="cut-length" x={position} y={30}>
            {text}
          </text>
        ))}
      </svg>
    </div>
  );
}

function Line({ name, position, height }: { name: string; position: number; height: number }) {
  return <line class={`line ${name}`} x1={position} x2={position} y1={18} y2={height} />;
}

const TOOTH_PX = 6;

/** A tear through all lanes for each stretch that is cut. */
function Cuts({ axis, height }: { axis: Axis; height: number }) {
  return (
    <>
      {axis.pieces
        .filter(({ isCut }) => isCut)
        .map(({ start, end }) => (
          <path key={start} class="cut" d={tear((start + end) / 2, height)} />
        ))}
    </>
  );
}

function tear(middle: number, height: number): string {
  const rows = Math.ceil((height - 34) / TOOTH_PX);
  const points = Array.from({ length: rows + 1 }, (_, row) => {
    return { x: middle + (row % 2 === 0 ? -2 : 2), y: 34 + row * TOOTH_PX };
  });
  const left = points.map(({ x, y }) => `${x - 4},${y}`);
  const right = points.toReversed().map(({ x, y }) => `${x + 4},${y}`);
  return `M${left.join(" L")} L${right.join(" L")} Z`;
}
