/**
 * The outages of a scenario, as an engine can have them.
 * @module
 */
import { type Scenario, ScenarioError, type ScenarioEvent } from "../replay/scenario.ts";

export type Outage = Extract<ScenarioEvent, { type: "outage" }>;

/** Rule 6: the mark may be so old. */
const OUTAGE_AFTER_SECONDS = 5;

/**
 * The outages of a scenario, in order of time.
 * @throws {ScenarioError} for one that no engine can have.
 */
export function outagesOf({ id, events }: Scenario): Outage[] {
  const outages = events.filter((event) => event.type === "outage").sort((a, b) => a.at - b.at);
  for (const outage of outages) {
    if (outage.at - outage.from <= OUTAGE_AFTER_SECONDS) {
      throw new ScenarioError(
        `scenario ${id}: an outage is longer than ${OUTAGE_AFTER_SECONDS} s; this one, to ${outage.at}, is none.`,
      );
    }
    const before = events.slice(0, events.indexOf(outage));
    const missed = events.find(
      (event) =>
        event.at > outage.from &&
        (event.at < outage.at || (event.at === outage.at && before.includes(event))) &&
        !isOfPage(event.type),
    );
    if (missed) {
      throw new ScenarioError(
        `scenario ${id}: ${missed.type} at ${missed.at} falls into an outage; have it sent again after ${outage.at}.`,
      );
    }
  }
  return outages;
}

function isOfPage(type: ScenarioEvent["type"]): boolean {
  return type === "signal" || type === "page_lost";
}
