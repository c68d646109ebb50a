/**
 * Metrics of desks: when each was last heard and written to, and what waits. A desk's id is unique in the
 * deployment and names no account.
 * @module
 */
import { Counter, Gauge, type Registry } from "prom-client";
import type { DeskFigures } from "../desks/figures.ts";

const METRICS: readonly {
  readonly name: string;
  readonly help: string;
  readonly type: typeof Gauge | typeof Counter;
  of(figures: DeskFigures): number;
}[] = [
  {
    name: "stillhere_desk_heard_timestamp_seconds",
    help: "When a message of the desk was last accepted; 0: never",
    type: Gauge,
    of: ({ lastHeardAt }) => (lastHeardAt ?? 0) / 1_000,
  },
  {
    name: "stillhere_desk_written_timestamp_seconds",
    help: "When the desk last accepted a write; 0: never",
    type: Gauge,
    of: ({ lastWrittenAt }) => (lastWrittenAt ?? 0) / 1_000,
  },
  {
    name: "stillhere_desk_pending",
    help: "Deliveries to the desk that failed and are tried again, counted up to 1,000",
    type: Gauge,
    of: ({ pending }) => pending,
  },
  {
    name: "stillhere_desk_parked",
    help: "Messages of the desk that wait for the conversation of their ticket",
    type: Gauge,
    of: ({ parked }) => parked,
  },
  {
    name: "stillhere_desk_refused_total",
    help: "Messages to the desk's address that were not signed as they must be",
    type: Counter,
    of: ({ refused }) => refused,
  },
];

/** A desk that the store does not give is left out. */
export function addDeskMetrics(
  registers: Registry[],
  read: () => Promise<readonly DeskFigures[]>,
): void {
  for (const { type: Metric, of, ...named } of METRICS) {
    new Metric({
      ...named,
      labelNames: ["desk"],
      registers,
      async collect(this: Gauge | Counter) {
        this.reset();
        for (const figures of await read().catch(() => [])) {
          this.inc({ desk: figures.desk }, of(figures));
        }
      },
    });
  }
}
