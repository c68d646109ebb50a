/**
 * The metrics of desks in a registry of Prometheus's client.
 * @module
 */
import { Counter, Gauge, type Registry } from "prom-client";
import type { DeskFigures } from "../desks/figures.ts";
import { DESK_METRICS } from "./desk-gauges.ts";

const CLASSES = { gauge: Gauge, counter: Counter } as const;

/** A desk that the store does not give is left out. */
export function addDeskMetrics(
  registers: Registry[],
  read: () => Promise<readonly DeskFigures[]>,
): void {
  for (const { type, of, ...named } of DESK_METRICS) {
    new CLASSES[type]({
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
