/**
 * The outages of a scenario, checked to be ones that an engine can detect.
 * @module
 */
import { type Scenario, ScenarioError, type ScenarioEvent } from "../replay/scenario.ts";

export type Outage = Extract<ScenarioEvent, { type: "outage" }>;

/** Rule 6: the maximum age of the liveness watermark. */
const OUTAGE_AFTER_SECONDS = 5;

/**
 * The outages of a scenario, in chronological order.
 * @throws {ScenarioError} for one that an engine cannot detect.
 */
export function outagesOf({ id, events }: Scenario): Outage[] {
  const outages = events.filter((event) => event.type === "outage").sort((a, b) => a.at - b.at);
  for (const outage of outages) {
    if (outage.at - outage.from <= OUTAGE_AFTER_SECONDS) {
      throw new ScenarioError(
        `scenario ${id}: an outage must be longer than ${OUTAGE_AFTER_SECONDS} s, but the one that ends at ${outage.at} is not.`,
      );
    }
    const before = events.slice(0, events.indexOf(outage));
    const missed = events.find(
      (event) =>
        event.at > outage.from &&
        (event.at < outage.at || (event.at === outage.at && before.includes(event))) &&
        !isPageEvent(event.type),
    );
    if (missed) {
      throw new ScenarioError(
        `scenario ${id}: ${missed.type} at ${missed.at} falls into an outage; send it again after ${outage.at}.`,
      );
    }
  }
  return outages;
}

function isPageEvent(type: ScenarioEvent["type"]): boolean {
  return type === "signal" || type === "page_lost";
}
