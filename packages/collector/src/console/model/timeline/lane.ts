/**
 * The parts of a drawing: lanes one above the other, each with spans of time and marks of single facts.
 * @module
 */

export type SpanKind =
  | "visible"
  | "hidden"
  | "frozen"
  | "silent"
  | "lease"
  | "buffer"
  | "deadline"
  | "online"
  | "offline"
  | "unseen"
  | "waiting"
  | "assigned"
  | "resting";

/** Something that lasted. Spans of a lane do not overlap. */
export interface Span {
  kind: SpanKind;
  /** Epoch milliseconds, as `to`. */
  from: number;
  to: number;
  /** What is written into it where there is room. */
  label: string;
}

export type MarkKind =
  | "opened"
  | "changed"
  | "left"
  | "ended"
  | "user"
  | "agent"
  | "assigned"
  | "gone"
  | "back"
  | "state"
  | "ticket"
  | "trigger"
  | "told";

/** One fact. */
export interface Mark {
  /** The fact's position in the list. */
  index: number;
  at: number;
  kind: MarkKind;
}

export interface Lane {
  id: string;
  name: string;
  spans: Span[];
  marks: Mark[];
}

/** The spans without those that last no time; neighbours of one kind and label become one. */
export function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans) {
    if (span.to <= span.from) continue;
    const last = result.at(-1);
    if (last && last.kind === span.kind && last.label === span.label && last.to === span.from) {
      last.to = span.to;
    } else {
      result.push({ ...span });
    }
  }
  return result;
}
