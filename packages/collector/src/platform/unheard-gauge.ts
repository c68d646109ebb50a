/**
 * The gauge of unheard accounts, which Node and the edge both have.
 * @module
 */
import { metricText } from "./metric-text.ts";

export const UNHEARD_GAUGE = {
  name: "stillhere_unheard_seconds",
  help: "For how long an account has been unheard, the longest if several are; 0: none is",
} as const;

/** The gauge alone in the Prometheus text format, for where there are no other metrics. */
export function unheardMetrics(unheardMs: number): string {
  return metricText({ ...UNHEARD_GAUGE, type: "gauge" }, [["", unheardMs / 1_000]]);
}
