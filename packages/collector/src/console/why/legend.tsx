import type { MarkKind, SpanKind } from "../model/timeline/lane.ts";
import type { Timeline } from "../model/timeline/timeline.ts";
import { MarkShape } from "./mark-shape.tsx";

const SPAN_WORDS: Partial<Record<SpanKind, string>> = {
  visible: "page in front",
  hidden: "page in the background",
  frozen: "page put to sleep",
  silent: "nothing heard or written",
  lease: "believed open until then",
  buffer: "no page open: the buffer runs",
  deadline: "what is awaited",
};

const MARK_WORDS: Record<MarkKind, string> = {
  opened: "page opened or heard again",
  changed: "to the front or the background",
  left: "page closed or left",
  ended: "lease ended: nothing heard",
  user: "visitor wrote",
  agent: "agent wrote",
  assigned: "agent assigned or taken off",
  gone: "called gone",
  back: "seen",
  state: "conversation changed",
  ticket: "ticket changed",
  trigger: "trigger fired",
  told: "desk was told",
};

/** The words that differ where presence is only tried out. */
const TRIAL_SPAN_WORDS: typeof SPAN_WORDS = {
  lease: "would be believed open until then",
  deadline: "what would be awaited",
};

const TRIAL_MARK_WORDS: Partial<Record<MarkKind, string>> = {
  gone: "would have been called gone",
};

/** What the forms of a drawing mean, as far as they are in it. */
export function Legend({ timeline }: { timeline: Timeline }) {
  const spanWords = { ...SPAN_WORDS, ...(timeline.isTrial && TRIAL_SPAN_WORDS) };
  const markWords = { ...MARK_WORDS, ...(timeline.isTrial && TRIAL_MARK_WORDS) };
  const spans = new Set(timeline.lanes.flatMap((lane) => lane.spans.map(({ kind }) => kind)));
  const marks = new Set(timeline.lanes.flatMap((lane) => lane.marks.map(({ kind }) => kind)));
  return (
    <details class="legend">
      <summary>What the forms mean</summary>
      <ul>
        {(Object.keys(spanWords) as SpanKind[])
          .filter((kind) => spans.has(kind))
          .map((kind) => (
            <li key={kind}>
              <svg aria-hidden="true" width="26" height="16" class="span" data-span={kind}>
                <rect x={1} y={1} width={24} height={14} rx={3} />
              </svg>
              {spanWords[kind]}
            </li>
          ))}
        {(Object.keys(MARK_WORDS) as MarkKind[])
          .filter((kind) => marks.has(kind))
          .map((kind) => (
            <li key={kind}>
              <svg aria-hidden="true" width="26" height="20" viewBox="-13 -10 26 20">
                <MarkShape kind={kind} />
              </svg>
              {markWords[kind]}
            </li>
          ))}
        <li>A number stands for that many facts beside each other.</li>
        <li>A tear leaves out a quiet time; its length stands above it.</li>
      </ul>
    </details>
  );
}
