import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LEAVE_DESTINATIONS, PRESENCES, REASONS, STATES } from "../../../core/lists.ts";
import { aSession, aShadow } from "../../testing/session.ts";
import {
  aPresent,
  aPresentHere,
  aTrace,
  at,
  BEGIN,
  back,
  changed,
  frozen,
  hidden,
  leaseEnded,
  left,
  opened,
  seen,
  wrote,
} from "../../testing/trace.ts";
import type { TraceFact } from "../trace.ts";
import { axisOf, positionOf } from "./axis.ts";
import { clustersOf } from "./clusters.ts";
import { type Present, presentOf } from "./present.ts";
import { timelineOf } from "./timeline.ts";

function draw(facts: TraceFact[], present: Present = aPresent()) {
  const timeline = timelineOf(aTrace(facts), present);
  if (!timeline) throw new Error("There is nothing to draw.");
  return timeline;
}

/** The spans of a lane as `kind from-to`, in seconds since the beginning. */
function spansOf(facts: TraceFact[], id: string, present?: Present): string[] {
  const lane = draw(facts, present).lanes.find((each) => each.id === id);
  return (lane?.spans ?? []).map(({ kind, from, to }) => {
    return `${kind} ${(from - BEGIN) / 1_000}-${(to - BEGIN) / 1_000}`;
  });
}

const instant = (seconds: number) => new Date(BEGIN + seconds * 1_000).toISOString();

describe("the lanes of a conversation", () => {
  it("show a page in front, in the background, asleep and closed", () => {
    const facts = [opened(0), hidden(20), frozen(50), left(60), changed(65)];
    expect(spansOf(facts, "pages-0")).toEqual(["visible 0-20", "hidden 20-50", "frozen 50-60"]);
  });

  it("show since when nothing was heard of a page whose lease ended, and its return", () => {
    const returned = at(90, { type: "page_returned", page: "a" });
    const facts = [opened(0), leaseEnded(60, 15), returned, left(100), changed(105)];
    expect(spansOf(facts, "pages-0")).toEqual(["visible 0-45", "silent 45-60", "visible 90-100"]);
  });

  it("show a page that opened behind another one in the background", () => {
    const shown = at(30, { type: "page_shown", page: "a" });
    expect(spansOf([opened(0), shown, left(60)], "pages-0")).toEqual([
      "hidden 0-30",
      "visible 30-60",
    ]);
  });

  it("begin with a page that was opened before what is kept", () => {
    expect(spansOf([wrote(0), hidden(20), left(60)], "pages-0")).toEqual([
      "visible 0-20",
      "hidden 20-60",
    ]);
  });

  it("have one for each page, and with many pages as few as hold them", () => {
    const pages = Array.from({ length: 6 }, (_, index) => {
      const [page, start] = [`p${index}`, index * 10];
      return [opened(start, page), left(start + 8, "page", 20, page)];
    });
    const lanes = (facts: TraceFact[]) =>
      draw(facts).lanes.flatMap(({ id, name }) => (id.startsWith("pages") ? [name] : []));
    expect(lanes(pages.slice(0, 2).flat())).toEqual(["Page 1", "Page 2"]);
    expect(lanes(pages.flat())).toEqual(["Pages, one after the other"]);
    expect(lanes([opened(0, "other"), ...pages.flat()])).toEqual([
      "Page 1",
      "Pages, one after the other",
    ]);
  });

  it("show a buffer until the verdict, or until the next sign", () => {
    const facts = [opened(0), left(20, "page", 20), opened(22, "b"), left(60, "gone", 5, "b")];
    expect(spansOf([...facts, changed(65)], "buffer")).toEqual(["buffer 20-22", "buffer 60-65"]);
  });

  it("show no verdict where presence was switched off during a buffer", () => {
    const off = changed(62, { state: "active", reason: null, presence: "ignored" });
    const { focus, goneAt, buffers } = draw([opened(0), left(60), off]);
    expect([focus, goneAt, buffers[0]?.outcome]).toEqual([null, null, "cancelled"]);
  });

  it("show a page that was open when presence was switched off until then", () => {
    const off = changed(62, { state: "active", reason: null, presence: "ignored" });
    const present = aPresent({ presence: "ignored" });
    expect(spansOf([opened(0), off, wrote(300)], "pages-0", present)).toEqual(["visible 0-62"]);
  });

  it("show in a trial run the lease that would hold, and until when silence would be awaited", () => {
    const leaseUntil = instant(75);
    const shadow = aShadow({
      presence: "online",
      state: "active",
      reason: null,
      nextDeadlineAt: instant(600),
      pages: [{ page: "a", visibility: "hidden", leaseUntil }],
    });
    const session = aSession({ presence: "ignored", nextDeadlineAt: null, shadow });
    const present = presentOf(session, BEGIN + 62_000);
    const facts = [opened(0), hidden(10), wrote(20)];
    expect(spansOf(facts, "pages-0", present)).toEqual([
      "visible 0-10",
      "hidden 10-62",
      "lease 62-75",
    ]);
    expect(spansOf(facts, "messages", present)).toEqual(["deadline 62-600"]);
    const { lanes } = draw(facts, present);
    const labels = lanes.flatMap(({ spans }) => spans.map(({ label }) => label));
    expect(labels).toContain("lease, as it would hold");
    expect(lanes.map(({ name }) => name)).toContain("The visitor would count as");
  });

  it("show an open page of which no fact is kept since the visitor last was not here", () => {
    const facts = [wrote(0), changed(65), back(90)];
    const present = aPresentHere({ now: BEGIN + 120_000 });
    expect(spansOf(facts, "pages-0", present)).toEqual(["visible 65-120", "lease 120-130"]);
  });

  it("show what decided the last verdict, where it had no buffer and an earlier one had", () => {
    const earlier = [opened(0), left(60), changed(65), opened(90), back(90)];
    const { focus, decisive } = draw([...earlier, left(100, "gone", 0), changed(100)]);
    expect([focus, [...decisive]]).toEqual([null, [5, 6]]);
  });

  it("show no buffer while another page is open", () => {
    const facts = [opened(0), opened(5, "b"), left(20)];
    expect(spansOf(facts, "buffer", aPresentHere())).toEqual([]);
  });

  it("show a buffer and leases that still run up to their ends", () => {
    const pages = [{ page: "a", visibility: "visible" as const, leaseUntil: BEGIN + 75_000 }];
    const here = aPresentHere({ now: BEGIN + 62_000, pages, deadlineAt: BEGIN + 75_000 });
    expect(spansOf([opened(0), seen(0)], "pages-0", here)).toEqual(["visible 0-62", "lease 62-75"]);
    const leaving = aPresentHere({ now: BEGIN + 62_000, pages: [], deadlineAt: BEGIN + 65_000 });
    const timeline = draw([opened(0), left(60)], leaving);
    expect(spansOf([opened(0), left(60)], "buffer", leaving)).toEqual(["buffer 60-65"]);
    expect([timeline.now, timeline.to]).toEqual([BEGIN + 62_000, BEGIN + 65_000]);
  });

  it("show whether the visitor counted as here, and for whom the conversation waited", () => {
    const facts = [
      seen(0),
      changed(10, { state: "active", reason: null, presence: "online" }, { state: "none" }),
      at(30, { type: "assigned", agent: "eve" }),
      changed(65),
      back(90),
      at(100, { type: "unassigned" }),
    ];
    expect(spansOf(facts, "presence")).toEqual(["online 0-65", "offline 65-90", "online 90-100"]);
    expect(spansOf(facts, "conversation")).toEqual([
      "unseen 0-10",
      "waiting 10-30",
      "assigned 30-65",
      "resting 65-90",
      "assigned 90-100",
    ]);
  });

  it("show for how long nothing was written before a verdict of silence, and until the next one", () => {
    const silent = changed(700, { reason: "user_inactive", presence: "online" });
    expect(spansOf([wrote(100), silent], "messages")).toEqual(["silent 100-700"]);
    const present = aPresentHere({ pages: [], deadlineAt: BEGIN + 700_000 });
    expect(spansOf([wrote(0)], "messages", present)).toEqual(["deadline 60-700"]);
  });

  it("are none without a fact", () => {
    expect(timelineOf(aTrace([]), aPresent())).toBeNull();
  });
});

describe("the axis", () => {
  it("leaves five seconds readable in a conversation of two hours", () => {
    const timeline = draw([opened(0), wrote(30), left(7_200), changed(7_205)]);
    for (const width of [330, 800]) {
      const axis = axisOf(timeline, width, 12);
      const px = positionOf(axis, BEGIN + 7_205_000) - positionOf(axis, BEGIN + 7_200_000);
      expect(px).toBeGreaterThan(40);
      const cuts = axis.pieces.filter(({ isCut }) => isCut);
      expect(cuts).toHaveLength(1);
      expect(cuts[0]).toMatchObject({ from: BEGIN + 30_000, to: BEGIN + 7_195_000 });
    }
  });

  it("cuts nothing where all can be seen", () => {
    const timeline = draw([opened(0), wrote(20), left(40), changed(45)]);
    expect(axisOf(timeline, 800, 12).pieces.filter(({ isCut }) => isCut)).toEqual([]);
  });
});

const PAGES = ["a", "b", "c", "d", "e", "f"];
const standing = fc.record({
  state: fc.constantFrom(...STATES),
  reason: fc.constantFrom(...REASONS, null),
  presence: fc.constantFrom(...PRESENCES),
});
const page = fc.constantFrom(...PAGES);
const length = fc.constantFrom(0, 5, 15, 20, 150);
const anyFact = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 200_000 })),
    fc.oneof(
      fc.record({
        type: fc.constantFrom(
          "page_opened",
          "page_shown",
          "page_hidden",
          "page_frozen",
          "page_returned",
        ),
        page,
      }),
      fc.record({
        type: fc.constant("page_left"),
        page,
        to: fc.constantFrom(...LEAVE_DESTINATIONS, null),
        bufferSeconds: length,
      }),
      fc.record({
        type: fc.constant("lease_ended"),
        page,
        leaseSeconds: length,
        bufferSeconds: length,
      }),
      fc.record({ type: fc.constant("message"), by: fc.constantFrom("end_user", "agent") }),
      fc.record({ type: fc.constant("assigned"), agent: fc.constantFrom("eve", "bob") }),
      fc.record({ type: fc.constant("unassigned") }),
      fc.record({ type: fc.constant("delivery"), desk: fc.constant("d") }),
      fc.record({
        type: fc.constant("ticket_changed"),
        cause: fc.constant("ticket_updated"),
        changes: fc.constant({}),
      }),
      fc.record({
        type: fc.constant("transition"),
        seq: fc.constant(1),
        cause: fc.constant("buffer"),
        from: standing,
        to: standing,
        triggers: fc.constantFrom([], ["t"]),
      }),
    ),
  )
  .map(([seconds, fact]) => at(seconds, fact as never));
const anyPresent = fc
  .record({
    standing,
    seconds: fc.integer({ min: -10, max: 300_000 }),
    pages: fc.uniqueArray(page, { maxLength: 3 }),
    leaseSeconds: fc.integer({ min: -20, max: 900 }),
    deadlineSeconds: fc.option(fc.integer({ min: -20, max: 2_000 })),
    assignee: fc.constantFrom(null, "eve"),
  })
  .map(({ standing, seconds, pages, leaseSeconds, deadlineSeconds, assignee }) => {
    const now = BEGIN + seconds * 1_000;
    return aPresent({
      ...standing,
      now,
      assignee,
      pages: pages.map((name) => ({
        page: name,
        visibility: "visible",
        leaseUntil: now + leaseSeconds * 1_000,
      })),
      deadlineAt: deadlineSeconds === null ? null : now + deadlineSeconds * 1_000,
    });
  });

it("draws every fact of any trace once, on the axis, with no two spans of a lane over each other", () => {
  const traces = fc.array(anyFact, { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(traces, anyPresent, fc.constantFrom(320, 800), (facts, present, width) => {
      const { lanes, from, to, ...rest } = draw(facts, present);
      const axis = axisOf({ lanes, from, to, ...rest }, width, 12);
      const marks = lanes.flatMap((lane) =>
        clustersOf(lane.marks, (at) => positionOf(axis, at), 15).flatMap((each) => each.marks),
      );
      expect(marks.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
        facts.map((_, index) => index),
      );
      for (const mark of marks) expect(mark.at >= from && mark.at <= to).toBe(true);
      for (const { spans } of lanes) {
        const sorted = spans.toSorted((a, b) => a.from - b.from);
        for (const [index, span] of sorted.entries()) {
          expect(span.from >= from && span.to <= to && span.from <= span.to).toBe(true);
          expect(span.to).toBeLessThanOrEqual(sorted[index + 1]?.from ?? to);
        }
      }
      let end = 12;
      for (const piece of axis.pieces) {
        expect(piece.start).toBeCloseTo(end, 3);
        expect(piece.end).toBeGreaterThanOrEqual(piece.start);
        end = piece.end;
      }
      expect(end).toBeCloseTo(width - 12, 3);
    }),
    { numRuns: 300 },
  );
});
