import { isPageFact, type TimedFact } from "./timed.ts";

/** A key for each fact, which stays the same when the facts are read again and their positions have moved. */
export function factKeys(facts: readonly TimedFact[]): string[] {
  const counts = new Map<string, number>();
  return facts.map((fact) => {
    const name = nameOf(fact);
    const earlier = counts.get(name) ?? 0;
    counts.set(name, earlier + 1);
    return `${name} ${earlier}`;
  });
}

/** Facts of one kind and instant may share it. */
function nameOf(fact: TimedFact): string {
  const { type, at } = fact;
  // Its time is that of the last attempt.
  if (type === "delivery") return `${type} ${fact.desk} ${fact.seq}`;
  if (type === "transition") return `${type} ${at} ${fact.seq}`;
  return `${type} ${at} ${isPageFact(fact) ? fact.page : ""}`;
}
