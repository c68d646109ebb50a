import { describe, expect, it } from "vitest";
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
import type { Present } from "./present.ts";
import { createTimes } from "./times.ts";
import { whyWords } from "./why.ts";

/** The sentence as someone in London reads it, with ordinary spaces. */
function why(facts: TraceFact[], present: Present = aPresent(), days = 7): string {
  const times = createTimes(() => present.now, "en-GB", "UTC");
  return whyWords(aTrace(facts, days), present, times).replaceAll("\u00a0", " ");
}

describe("why a visitor was called gone", () => {
  it("names the closed tab, and the buffer that ended", () => {
    expect(why([opened(0), seen(0), left(195), changed(200)])).toBe(
      "Called gone at 10:03:20: the tab was closed at 10:03:15, and the buffer of 5 s ended without a sign of the visitor.",
    );
  });

  it("names the last of several tabs", () => {
    const facts = [opened(0), opened(9, "b"), left(60), left(195, "gone", 5, "b"), changed(200)];
    expect(why(facts)).toContain("the last open tab was closed at 10:03:15");
  });

  it("names another page of the site that did not open", () => {
    expect(why([opened(0), left(180, "page", 20), changed(200)])).toBe(
      "Called gone at 10:03:20: the visitor went to another page of this site at 10:03:00, and the buffer of 20 s ended before a page opened.",
    );
  });

  it("names another website", () => {
    expect(why([opened(0), left(185, "away", 15), changed(200)])).toContain(
      "the visitor went to another website at 10:03:05, and the buffer of 15 s ended",
    );
  });

  it("says that where a page went is not known", () => {
    expect(why([opened(0), left(185, null, 15), changed(200)])).toContain(
      "the page was left at 10:03:05, where to is not known",
    );
  });

  it("names since when nothing was heard, and the lease", () => {
    expect(why([opened(0), leaseEnded(185, 150), changed(200)])).toBe(
      "Called gone at 10:03:20: nothing was heard from the page after 10:00:35 (as when the network fails, the battery is empty or the browser crashes), so its lease of 2 min 30 s ended at 10:03:05, and the buffer of 15 s ended without a sign of the visitor.",
    );
  });

  it("says that the page was in the background, or put to sleep", () => {
    expect(why([opened(0), hidden(90), left(195), changed(200)])).toContain(
      "closed at 10:03:15, after the page had been in the background since 10:01:30, and",
    );
    expect(why([opened(0), frozen(30), leaseEnded(185), changed(200)])).toContain(
      "(the browser had put it to sleep)",
    );
  });

  it("says that a page was put to sleep only of the page whose lease ended", () => {
    const slept = [opened(0), frozen(30), opened(60, "b"), left(100, "gone", 0, "b")];
    expect(why([...slept, leaseEnded(185), changed(200)])).toContain(
      "(the browser had put it to sleep)",
    );
    const other = [opened(0), opened(10, "b"), frozen(30, "b"), left(40, "gone", 0, "b")];
    expect(why([...other, leaseEnded(185), changed(200)])).toContain("(as when the network fails");
  });

  it("names the departure without a buffer, and none that had one before it", () => {
    const facts = [opened(0), left(60, "page", 20), opened(62, "b"), left(1_800, "gone", 0, "b")];
    expect(why([...facts, changed(1_800)])).toBe(
      "Called gone at 10:30:00: the tab was closed at 10:30:00, and there is no buffer for that.",
    );
  });

  it("does not take a leave that came after the lease had ended for the cause", () => {
    const facts = [opened(0), leaseEnded(185), left(188, "away", 0), changed(200)];
    expect(why(facts)).toContain("so its lease of 15 s ended at 10:03:05");
  });

  it("says that there is no buffer", () => {
    expect(why([opened(0), left(200, "gone", 0), changed(200)])).toContain(
      "closed at 10:03:20, and there is no buffer for that.",
    );
  });

  it("says that a verdict was held up", () => {
    expect(why([opened(0), left(195), changed(260)])).toContain(
      "ended without a sign of the visitor, 1 min late because for a time no page could be heard.",
    );
  });

  it("counts the times, and says when the visitor came back", () => {
    const facts = [
      opened(0),
      left(10),
      changed(15),
      opened(40),
      back(40),
      left(195),
      changed(200),
      opened(231),
      back(231),
    ];
    expect(why(facts, aPresentHere({ now: BEGIN + 240_000 }))).toBe(
      "Called gone at 10:03:20, for the second time: the tab was closed at 10:03:15, and the buffer of 5 s ended without a sign of the visitor. Came back at 10:03:51, 31 s later. Not called gone again: a page is open, in front. If nothing more is heard, its lease ends at 10:04:10, and the buffer begins.",
    );
  });

  it("names the buffer that runs after the visitor came back", () => {
    const facts = [opened(0), left(10), changed(15), opened(40), back(40), left(195)];
    const now = { now: BEGIN + 197_000, pages: [], deadlineAt: BEGIN + 200_000 };
    expect(why(facts, aPresentHere(now))).toMatch(
      /Came back at 10:00:40, 25 s later\. Not called gone again yet: the last page went at 10:03:15\. Without a sign of the visitor the buffer of 5 s ends at 10:03:20\.$/,
    );
  });

  it.each([
    [11, "11th"],
    [21, "21st"],
    [22, "22nd"],
  ])("counts %i times as the %s", (times, word) => {
    const rounds = Array.from({ length: times }, (_, index) => {
      const begin = index * 60;
      return [opened(begin), back(begin), left(begin + 10), changed(begin + 15)];
    });
    expect(why(rounds.flat())).toContain(`, for the ${word} time: `);
  });

  it("writes the date where it is not today's, once", () => {
    const present = aPresent({ now: BEGIN + 2 * 86_400_000 });
    expect(why([opened(0), left(195), changed(200)], present)).toContain(
      "Called gone at 1 Jan 2026, 10:03:20: the tab was closed at 10:03:15,",
    );
  });

  it("says that what the pages did is not kept where only the verdict is", () => {
    expect(why([changed(200)])).toBe(
      "Called gone at 10:03:20: no page showed a sign until the buffer ended. What the pages had done before is not kept.",
    );
  });

  it("tells of an end after it, and of one before it", () => {
    const gone = [opened(0), left(195), changed(200)];
    const email = changed(
      300,
      { state: "ended", reason: "transferred_to_email" },
      { presence: "offline" },
    );
    const present = aPresent({ state: "ended", reason: "transferred_to_email" });
    expect(why([...gone, email], present)).toMatch(
      /^Called gone at 10:03:20: .* The conversation was moved to e-mail, which ended it here at 10:05:00\.$/,
    );
    const ended = changed(100, { state: "ended", reason: "ended_by_agent", presence: "online" });
    expect(why([opened(0), ended, left(195), changed(200)], present)).toMatch(
      /^The agent ended the conversation at 10:01:40\. Called gone at 10:03:20: /,
    );
  });

  it("says that a trial run called nobody gone at the desk", () => {
    expect(why([opened(0), left(195), changed(200)], aPresent({ isTrial: true }))).toMatch(
      /^Trial run: .* reached the desk\. Would have been called gone at 10:03:20: the tab was closed/,
    );
  });
});

describe("why a visitor was not called gone", () => {
  it("names the open page and its lease", () => {
    expect(why([opened(0), seen(0)], aPresentHere())).toBe(
      "Not called gone: a page is open, in front. If nothing more is heard, its lease ends at 10:01:10, and the buffer begins.",
    );
  });

  it("says what would hold in a trial run", () => {
    expect(why([opened(0), seen(0)], aPresentHere({ isTrial: true }))).toMatch(
      /reached the desk\. Would not be called gone: a page is open, in front\./,
    );
  });

  it("names the buffer that still runs", () => {
    const present = aPresentHere({ now: BEGIN + 62_000, pages: [], deadlineAt: BEGIN + 65_000 });
    expect(why([opened(0), seen(0), left(60)], present)).toBe(
      "Not called gone yet: the last page went at 10:01:00. Without a sign of the visitor the buffer of 5 s ends at 10:01:05.",
    );
  });

  it("names the best of several pages, and the last of their leases", () => {
    const pages = (["frozen", "hidden"] as const).map((visibility, index) => {
      return { page: `p${index}`, visibility, leaseUntil: BEGIN + 90_000 - index };
    });
    expect(why([opened(0), seen(0)], aPresentHere({ pages }))).toBe(
      "Not called gone: 2 pages are open, at least one of them in the background. If nothing more is heard, their last lease ends at 10:01:30, and the buffer begins.",
    );
  });

  it("says that a buffer waits while no page can be heard", () => {
    const present = aPresentHere({ now: BEGIN + 90_000, pages: [], deadlineAt: BEGIN + 600_000 });
    expect(why([opened(0), seen(0), left(60)], present)).toBe(
      "Not called gone yet: the last page went at 10:01:00. Since 10:01:05 the buffer of 5 s should have ended; it waits while no page of any visitor can be heard.",
    );
  });

  it("tells silence from being gone", () => {
    const silent = changed(700, { reason: "user_inactive", presence: "online" });
    const present = aPresentHere({ state: "inactive", reason: "user_inactive" });
    expect(why([opened(0), wrote(100), wrote(130, "agent"), silent], present)).toBe(
      "Not called gone, but silent for too long at 10:11:40: the visitor last wrote at 10:01:40, 10 min before, with a page still open.",
    );
  });

  it.each([
    ["unknown", "no page of the visitor has reported so far"],
    ["ignored", "presence is switched off for this account"],
    ["unsupported", "this channel has no web page that could be seen"],
  ] as const)("says for the presence %s: %s", (presence, words) => {
    const assigned = [at(0, { type: "assigned", agent: "eve" })];
    for (const facts of [assigned, []]) {
      expect(why(facts, aPresentHere({ presence, pages: [] }))).toBe(`Not called gone: ${words}.`);
    }
  });
});

describe("a trace without facts", () => {
  it("says that the trace is switched off", () => {
    expect(why([], aPresent(), 0)).toBe(
      "The visitor has been called gone since 10:00:00. Why is not kept: the setting “Keep what pages did for” is 0.",
    );
  });

  it("says that the conversation is older than the trace", () => {
    expect(why([], aPresentHere())).toBe(
      "Why is not kept any more: the trace holds the last 7 days, and nothing happened in them.",
    );
  });
});
