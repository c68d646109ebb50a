/**
 * The metrics of desks, which Node and the edge both have: when each was last heard and written to, and what waits. A
 * desk's id is unique in the deployment and names no account.
 * @module
 */
import type { DeskFigures } from "../desks/figures.ts";
import { type MetricHead, metricText } from "./metric-text.ts";

export interface DeskMetric extends MetricHead {
  of(figures: DeskFigures): number;
}

export const DESK_METRICS: readonly DeskMetric[] = [
  {
    name: "stillhere_desk_heard_timestamp_seconds",
    help: "When a message of the desk was last accepted; 0: never",
    type: "gauge",
    of: ({ lastHeardAt }) => (lastHeardAt ?? 0) / 1_000,
  },
  {
    name: "stillhere_desk_written_timestamp_seconds",
    help: "When the desk last accepted a write; 0: never",
    type: "gauge",
    of: ({ lastWrittenAt }) => (lastWrittenAt ?? 0) / 1_000,
  },
  {
    name: "stillhere_desk_pending",
    help: "Deliveries to the desk that failed and are tried again, counted up to 1,000",
    type: "gauge",
    of: ({ pending }) => pending,
  },
  {
    name: "stillhere_desk_parked",
    help: "Messages of the desk that wait for the conversation of their ticket",
    type: "gauge",
    of: ({ parked }) => parked,
  },
  {
    name: "stillhere_desk_refused_total",
    help: "Messages to the desk's address that were not signed as they must be",
    type: "counter",
    of: ({ refused }) => refused,
  },
];

/** In the Prometheus text format. A desk's id has only letters, digits and `-`. */
export function deskMetrics(desks: readonly DeskFigures[]): string {
  return DESK_METRICS.map((metric) =>
    metricText(
      metric,
      desks.map((figures) => [`{desk="${figures.desk}"}`, metric.of(figures)]),
    ),
  ).join("");
}
