import type { TraceFact } from "../trace.ts";

/** A fact with its time in epoch milliseconds and its position in their order. */
export type TimedFact = TraceFact & { index: number; time: number };

/** A fact of one page. */
export type TimedPageFact = Extract<TimedFact, { page: string }>;

export type TimedTransition = Extract<TimedFact, { type: "transition" }>;

/** The facts in the order of their times; those of one instant stay as they were. */
export function timed(facts: readonly TraceFact[]): TimedFact[] {
  return facts
    .map((fact) => ({ ...fact, time: Date.parse(fact.at) }))
    .sort((a, b) => a.time - b.time)
    .map((fact, index) => ({ ...fact, index }));
}

export function isPageFact(fact: TimedFact): fact is TimedPageFact {
  return "page" in fact;
}

/** Whether a fact is the verdict that the visitor is gone. */
export function isGoneVerdict(fact: TimedFact): fact is TimedTransition {
  return (
    fact.type === "transition" && fact.to.presence === "offline" && fact.from.presence !== "offline"
  );
}

/** Whether a fact says that a page is gone. */
export function isDeparture(
  fact: TimedFact,
): fact is Extract<TimedFact, { type: "page_left" | "lease_ended" }> {
  return fact.type === "page_left" || fact.type === "lease_ended";
}

/** What the pages did last before a verdict that the visitor is gone; missing where that is not kept. */
export function causeOf(gone: TimedTransition, facts: readonly TimedFact[]) {
  const before = facts.slice(0, gone.index).filter(isDeparture);
  // Where no buffer is set, the verdict comes in the instant of the departure.
  const decided = before.findLast(
    ({ bufferSeconds, time }) => bufferSeconds > 0 || time === gone.time,
  );
  return decided ?? before.at(-1);
}

/** The pages of a trace, in the order in which they were first heard of, with their numbers from 1. */
export function pageNumbers(facts: readonly TimedFact[], also: readonly string[]) {
  const names = [...facts.filter(isPageFact).map(({ page }) => page), ...also];
  return new Map([...new Set(names)].map((page, index) => [page, index + 1]));
}
