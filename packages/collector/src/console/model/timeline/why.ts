import type { LeaveDestination } from "../../../core/lists.ts";
import { duration, seconds } from "../duration.ts";
import type { Trace } from "../trace.ts";
import { type Buffer, buffersOf } from "./buffers.ts";
import { isSilenceVerdict } from "./other-lanes.ts";
import type { Present } from "./present.ts";
import {
  causeOf,
  isDeparture,
  isGoneVerdict,
  isPageFact,
  type TimedFact,
  type TimedTransition,
  timed,
} from "./timed.ts";
import type { Times } from "./times.ts";

/** A verdict that came later than its buffer ended by more than this was held up. */
const MAX_DELAY_MS = 5_000;

/** In plain words why a visitor was called gone, or was not. */
export function whyWords(trace: Trace, present: Present, times: Times): string {
  const facts = timed(trace.facts);
  const mustHaveFacts = present.presence === "online" || present.presence === "offline";
  if (facts.length === 0 && mustHaveFacts) return nothingWords(trace, present, times);
  const buffers = buffersOf(facts, present);
  const gone = facts.findLast(isGoneVerdict);
  const end = facts.find(isEnd);
  const parts = [
    gone
      ? goneWords(gone, facts, buffers, present, times)
      : hereWords(facts, buffers, present, times),
  ];
  if (end) {
    const isBefore = gone !== undefined && end.time <= gone.time;
    parts.splice(isBefore ? 0 : 1, 0, endWords(end, times));
  }
  if (gone && present.presence === "online") {
    const now = hereWords(facts, buffers, present, times);
    parts.push(now.replace(/^Not called gone/, "Not called gone again"));
  }
  const words = present.isTrial ? trialWords(parts) : parts;
  // A number keeps its unit beside it.
  return words.join(" ").replaceAll(/(\d) (?=(?:s|min|h|d)\b)/g, "$1\u00a0");
}

function trialWords(parts: readonly string[]): readonly string[] {
  return [
    "Trial run: this is what presence would have decided, and nothing of it reached the desk.",
    ...parts.map((part) =>
      part.replace(/^Not called gone(?=:| yet| again)/, "Would not be called gone"),
    ),
  ];
}

function nothingWords({ days }: Trace, present: Present, times: Times): string {
  const since = times.full(present.presenceChangedAt);
  const standing =
    present.presence === "offline" ? `The visitor has been called gone since ${since}. ` : "";
  if (days === 0) {
    return `${standing}Why is not kept: the setting “Keep what pages did for” is 0.`;
  }
  return `${standing}Why is not kept any more: the trace holds the last ${days} ${days === 1 ? "day" : "days"}, and nothing happened in them.`;
}

type EndFact = TimedTransition;

function isEnd(fact: TimedFact): fact is EndFact {
  return fact.type === "transition" && fact.to.state === "ended" && fact.from.state !== "ended";
}

const END_WORDS: Record<string, string> = {
  ended_by_agent: "The agent ended the conversation",
  ended_by_end_user: "The visitor ended the conversation",
  ended_by_trigger: "A trigger ended the conversation",
  transferred_to_email: "The conversation was moved to e-mail, which ended it here",
  ticket_closed: "The ticket was closed, which ended the conversation",
  merged: "The desk joined the conversation with another one",
};

function endWords({ time, to }: EndFact, times: Times): string {
  return `${END_WORDS[to.reason ?? ""] ?? "The conversation ended"} at ${times.full(time)}.`;
}

function goneWords(
  gone: TimedTransition,
  facts: readonly TimedFact[],
  buffers: readonly Buffer[],
  present: Present,
  times: Times,
): string {
  const before = facts.slice(0, gone.index);
  const buffer = buffers.find(({ to, outcome }) => outcome === "verdict" && to === gone.time);
  const earlier = before.filter(isGoneVerdict).length;
  const verb = present.isTrial ? "Would have been called gone" : "Called gone";
  const head = `${verb} at ${times.full(gone.time)}${earlier > 0 ? `, for the ${ordinal(earlier + 1)} time` : ""}`;
  const back = facts.slice(gone.index).find(isReturn);
  const tail = back
    ? ` Came back at ${times.after(back.time, gone.time)}, ${duration(back.time - gone.time, "fine")} later.`
    : "";
  return `${head}: ${causeWords(gone, before, buffer, times)}.${tail}`;
}

function isReturn(fact: TimedFact): boolean {
  return (
    fact.type === "transition" && fact.from.presence === "offline" && fact.to.presence === "online"
  );
}

/** What the pages did, and what did not follow. */
function causeWords(
  gone: TimedTransition,
  before: readonly TimedFact[],
  buffer: Buffer | undefined,
  times: Times,
): string {
  const last = causeOf(gone, before);
  if (!last) {
    return "no page showed a sign until the buffer ended. What the pages had done before is not kept";
  }
  const at = times.after(last.time, gone.time);
  const others = openBefore(before, last);
  const which = others > 1 ? `the last of ${others} open pages` : "the page";
  const what =
    last.type === "page_left"
      ? leftWords(last.to, others > 1, at)
      : silentWords(which, last, before, gone, times);
  return `${what}${stateBefore(last, before, times)}, and ${waitWords(last, buffer, gone)}`;
}

function leftWords(to: LeaveDestination | null, isOneOfMore: boolean, at: string): string {
  const tab = isOneOfMore ? "the last open tab" : "the tab";
  switch (to) {
    case "gone":
      return `${tab} was closed at ${at}`;
    case "page":
      return `the visitor went to another page of this site at ${at}`;
    case "away":
      return `the visitor went to another website at ${at}`;
    default:
      return `the page was left at ${at}, where to is not known`;
  }
}

function silentWords(
  which: string,
  { page, time, leaseSeconds }: Extract<TimedFact, { type: "lease_ended" }>,
  before: readonly TimedFact[],
  gone: TimedTransition,
  times: Times,
): string {
  const isFrozen = lastVisibility(before, page, time)?.type === "page_frozen";
  const causes = isFrozen
    ? "the browser had put it to sleep"
    : "as when the network fails, the battery is empty or the browser crashes";
  const heardAt = times.after(time - leaseSeconds * 1_000, gone.time);
  return `nothing was heard from ${which} after ${heardAt} (${causes}), so its lease of ${seconds(leaseSeconds)} ended at ${times.after(time, gone.time)}`;
}

/** That the page was in the background before, which explains a late or missing sign. */
function stateBefore(
  departure: Extract<TimedFact, { type: "page_left" | "lease_ended" }>,
  before: readonly TimedFact[],
  times: Times,
): string {
  const last = before.findLast(
    (fact) => isPageFact(fact) && fact.page === departure.page && fact.index < departure.index,
  );
  if (last?.type === "page_hidden") {
    return `, after the page had been in the background since ${times.after(last.time, departure.time)}`;
  }
  if (last?.type === "page_frozen" && departure.type === "page_left") {
    return `, after the browser had put it to sleep at ${times.after(last.time, departure.time)}`;
  }
  return "";
}

function lastVisibility(facts: readonly TimedFact[], page: string, until: number) {
  return facts.findLast(
    (fact) => isPageFact(fact) && fact.page === page && fact.time <= until && !isDeparture(fact),
  );
}

function waitWords(
  departure: Extract<TimedFact, { type: "page_left" | "lease_ended" }>,
  buffer: Buffer | undefined,
  gone: TimedTransition,
): string {
  const lengthMs = buffer?.lengthMs ?? departure.bufferSeconds * 1_000;
  if (lengthMs === 0) return "there is no buffer for that";
  const sign =
    departure.type === "page_left" && departure.to === "page"
      ? "before a page opened"
      : "without a sign of the visitor";
  const length = seconds(lengthMs / 1_000);
  const delay = buffer ? gone.time - (buffer.from + lengthMs) : 0;
  const held =
    delay > MAX_DELAY_MS
      ? `, ${duration(delay, "fine")} late because for a time no page could be heard`
      : "";
  return `the buffer of ${length} ended ${sign}${held}`;
}

/** How many pages were open when one of them went that was the last one. */
function openBefore(before: readonly TimedFact[], last: TimedFact): number {
  const open = new Set<string>();
  let count = 1;
  for (const fact of before) {
    if (!isPageFact(fact) || fact.index > last.index) continue;
    if (isDeparture(fact)) open.delete(fact.page);
    else open.add(fact.page);
    count = open.size > 1 ? Math.max(count, open.size) : count;
    if (open.size === 0 && fact.index < last.index) count = 1;
  }
  return count;
}

function hereWords(
  facts: readonly TimedFact[],
  buffers: readonly Buffer[],
  present: Present,
  times: Times,
): string {
  const silent = facts.findLast(isSilenceVerdict);
  const running = buffers.find(({ outcome }) => outcome === "running");
  switch (present.presence) {
    case "ignored":
      return "Not called gone: presence is switched off for this account.";
    case "unsupported":
      return "Not called gone: this channel has no web page that could be seen.";
    case "unknown":
      return "Not called gone: no page of the visitor has reported so far.";
    default:
  }
  if (silent && present.reason === "user_inactive") {
    return silenceWords(silent, facts, times);
  }
  if (running) return runningWords(running, present, times);
  if (present.presence === "offline") {
    return `Called gone at ${times.full(present.presenceChangedAt)}, before what is kept here.`;
  }
  return openWords(present, times);
}

function runningWords({ from, to, lengthMs }: Buffer, { now }: Present, times: Times): string {
  const head = `Not called gone yet: the last page went at ${times.full(from)}.`;
  const buffer = `the buffer of ${seconds(lengthMs / 1_000)}`;
  return now - to > MAX_DELAY_MS
    ? `${head} Since ${times.clock(to)} ${buffer} should have ended; it waits while no page of any visitor can be heard.`
    : `${head} Without a sign of the visitor ${buffer} ends at ${times.clock(to)}.`;
}

function silenceWords(silent: TimedFact, facts: readonly TimedFact[], times: Times): string {
  const wrote = facts.findLast(
    (fact) => fact.type === "message" && fact.by === "end_user" && fact.time <= silent.time,
  );
  const since = wrote
    ? `last wrote at ${times.after(wrote.time, silent.time)}, ${duration(silent.time - wrote.time, "fine")} before`
    : "had not written for long";
  return `Not called gone, but silent for too long at ${times.full(silent.time)}: the visitor ${since}, with a page still open.`;
}

const OPEN_WORDS = {
  visible: "in front",
  hidden: "in the background",
  frozen: "put to sleep by the browser",
};

function openWords({ pages }: Present, times: Times): string {
  const [first] = [...pages].sort((a, b) => b.leaseUntil - a.leaseUntil);
  if (!first) return "Not called gone: the visitor counts as here.";
  const count =
    pages.length === 1 ? "a page is open" : `${pages.length} pages are open, at least one of them`;
  const best =
    (["visible", "hidden", "frozen"] as const).find((kind) =>
      pages.some(({ visibility }) => visibility === kind),
    ) ?? "visible";
  const state =
    pages.length === 1 ? `${count}, ${OPEN_WORDS[best]}` : `${count} ${OPEN_WORDS[best]}`;
  return `Not called gone: ${state}. If nothing more is heard, ${pages.length === 1 ? "its" : "their last"} lease ends at ${times.full(first.leaseUntil)}, and the buffer begins.`;
}

const ORDINALS = new Intl.PluralRules("en", { type: "ordinal" });
const ORDINAL_ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = {
  one: "st",
  two: "nd",
  few: "rd",
};

function ordinal(number: number): string {
  const words = ["first", "second", "third", "fourth", "fifth"];
  return words[number - 1] ?? `${number}${ORDINAL_ENDINGS[ORDINALS.select(number)] ?? "th"}`;
}
