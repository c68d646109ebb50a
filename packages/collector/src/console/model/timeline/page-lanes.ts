import type { Visibility } from "../../../core/lists.ts";
import { duration } from "../duration.ts";
import { joined, type Lane, type Mark, type MarkKind, type Span } from "./lane.ts";
import type { Present } from "./present.ts";
import { isPresenceChange } from "./standing-lanes.ts";
import { isPageFact, type TimedFact, type TimedPageFact } from "./timed.ts";

/** With more pages than this, those that follow each other share a lane. */
const MAX_OWN_LANES = 4;

const VISIBILITY_LABELS: Record<Visibility, string> = {
  visible: "in front",
  hidden: "in the background",
  frozen: "asleep",
};

const MARKS: Record<TimedPageFact["type"], MarkKind> = {
  page_opened: "opened",
  page_returned: "opened",
  page_shown: "changed",
  page_hidden: "changed",
  page_frozen: "changed",
  page_left: "left",
  lease_ended: "ended",
};

interface PageRow {
  number: number;
  spans: Span[];
  marks: Mark[];
}

/** The pages: when each was open, and how. */
export function pageLanes(
  facts: readonly TimedFact[],
  numbers: ReadonlyMap<string, number>,
  present: Present,
  axis: { from: number; to: number },
): Lane[] {
  const notHereAt = facts
    .filter((fact) => isPresenceChange(fact) && fact.to.presence !== "online")
    .map(({ time }) => time);
  const rows = [...numbers].map(([page, number]) => {
    const own = facts.filter(isPageFact).filter((fact) => fact.page === page);
    const marks = own.map(({ index, time, type }) => ({ index, at: time, kind: MARKS[type] }));
    return { number, spans: joined(pageSpans(page, own, notHereAt, present, axis)), marks };
  });
  const drawn = rows.filter(({ spans, marks }) => spans.length + marks.length > 0);
  const groups = drawn.length <= MAX_OWN_LANES ? drawn.map((row) => [row]) : packed(drawn);
  return groups.map((group, index) => ({
    id: `pages-${index}`,
    name: laneName(group, groups.slice(0, index)),
    spans: group.flatMap(({ spans }) => spans),
    marks: group.flatMap(({ marks }) => marks),
  }));
}

function laneName(group: readonly PageRow[], above: readonly (readonly PageRow[])[]): string {
  const [first] = group;
  if (first && group.length === 1) return `Page ${first.number}`;
  const isFurther = above.some(({ length }) => length > 1);
  return isFurther ? "More pages, one after the other" : "Pages, one after the other";
}

/** The pages in as few lanes as hold them one after the other. */
function packed(rows: readonly PageRow[]): PageRow[][] {
  const lanes: { rows: PageRow[]; to: number }[] = [];
  const byStart = rows.map((row) => ({ row, ...extent(row) })).sort((a, b) => a.from - b.from);
  for (const { row, from, to } of byStart) {
    const free = lanes.find((lane) => lane.to <= from);
    if (free) {
      free.rows.push(row);
      free.to = to;
    } else {
      lanes.push({ rows: [row], to });
    }
  }
  return lanes.map((lane) => lane.rows);
}

function extent({ spans, marks }: PageRow): { from: number; to: number } {
  const times = [...spans.flatMap(({ from, to }) => [from, to]), ...marks.map(({ at }) => at)];
  return { from: Math.min(...times), to: Math.max(...times) };
}

/** @param notHereAt when the visitor ceased to count as here, which also ends pages that no fact ends */
function pageSpans(
  page: string,
  facts: readonly TimedPageFact[],
  notHereAt: readonly number[],
  present: Present,
  axis: { from: number; to: number },
): Span[] {
  const spans: Span[] = [];
  const living = present.pages.find((each) => each.page === page);
  /** Since when the page is as it is; `null` while it is gone. */
  let since: number | null = null;
  let visibility: Visibility = "visible";
  const close = (to: number) => {
    if (since === null) return;
    spans.push({ kind: visibility, from: since, to, label: VISIBILITY_LABELS[visibility] });
  };
  const closeForgotten = (before: number) => {
    const at = notHereAt.find((time) => since !== null && time > since && time < before);
    if (at === undefined) return;
    close(at);
    since = null;
  };
  for (const [position, fact] of facts.entries()) {
    const { time } = fact;
    if (position === 0) {
      const before = visibilityBefore(fact);
      if (before !== null) {
        since = axis.from;
        visibility = before;
      }
    }
    closeForgotten(time);
    if (fact.type === "lease_ended") {
      const heardAt = Math.max(since ?? axis.from, time - fact.leaseSeconds * 1_000);
      close(heardAt);
      if (since !== null) {
        spans.push({ kind: "silent", from: heardAt, to: time, label: silentLabel(time - heardAt) });
      }
      since = null;
      continue;
    }
    close(time);
    since = fact.type === "page_left" ? null : time;
    visibility = visibilityAfter(fact, facts[position + 1], living?.visibility, visibility);
  }
  if (facts.length === 0 && living) {
    since = notHereAt.at(-1) ?? axis.from;
    visibility = living.visibility;
  }
  closeForgotten(Number.POSITIVE_INFINITY);
  const until = Math.min(Math.max(present.now, since ?? 0), axis.to);
  close(until);
  if (since !== null && living) {
    const to = Math.min(living.leaseUntil, axis.to);
    const label = present.isTrial ? "lease, as it would hold" : "lease";
    spans.push({ kind: "lease", from: until, to, label });
  }
  return spans;
}

function silentLabel(ms: number): string {
  return `nothing heard for ${duration(ms, "fine")}`;
}

/** How a page was whose first kept fact this is; `null` if it was not open. */
function visibilityBefore(fact: TimedPageFact): Visibility | null {
  switch (fact.type) {
    case "page_shown":
      return "hidden";
    case "page_hidden":
    case "page_frozen":
      return "visible";
    case "page_left":
    case "lease_ended":
      return fact.bufferSeconds > 0 ? "visible" : null;
    default:
      return null;
  }
}

function visibilityAfter(
  fact: TimedPageFact,
  next: TimedPageFact | undefined,
  now: Visibility | undefined,
  before: Visibility,
): Visibility {
  switch (fact.type) {
    case "page_shown":
      return "visible";
    case "page_hidden":
      return "hidden";
    case "page_frozen":
      return "frozen";
    case "page_opened":
      // One that comes to the front later was opened behind another.
      if (next?.type === "page_shown") return "hidden";
      return next === undefined && now !== undefined ? now : "visible";
    default:
      return before;
  }
}
