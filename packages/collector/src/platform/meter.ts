/**
 * The collector's metrics for Prometheus. No label names an account, a session or a person.
 * @module
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Meter } from "../engine/meter.ts";
import type { OutboxDepth } from "../webhooks/depth.ts";

export interface PrometheusMeter extends Meter {
  readonly contentType: string;
  /** The metrics in the Prometheus text format. */
  scrape(): Promise<string>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** `depth` is called at each scrape. */
export function createPrometheusMeter(depth: () => Promise<OutboxDepth>): PrometheusMeter {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const signals = new Counter({
    name: "stillhere_signals_total",
    help: "Signals by type and outcome; refused ones by their problem code",
    labelNames: ["type", "outcome"],
    registers,
  });
  // Cached, because finding a counter by its labels takes longer than incrementing it.
  const signalCounters = new Map<string, Map<string, Counter.Internal>>();
  const transitions = new Counter({
    name: "stillhere_transitions_total",
    help: "Transitions by what caused them and the state they led to",
    labelNames: ["cause", "state"],
    registers,
  });
  const contradicted = new Counter({
    name: "stillhere_contradicted_total",
    help: "Verdicts `offline` that a return within a minute contradicted",
    registers,
  });
  const outages = new Counter({
    name: "stillhere_outages_total",
    help: "Outages in which no collector could receive signals, detected by this collector",
    registers,
  });
  const commits = new Histogram({
    name: "stillhere_commit_seconds",
    help: "Seconds that the store took to commit a batch",
    buckets: SECONDS,
    registers,
  });
  const batches = new Histogram({
    name: "stillhere_commit_sessions",
    help: "Sessions in a batch",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const late = new Histogram({
    name: "stillhere_deadline_late_seconds",
    help: "Seconds between the due time of a deadline and its processing",
    buckets: SECONDS,
    registers,
  });
  const attempts = new Counter({
    name: "stillhere_webhook_attempts_total",
    help: "Webhook attempts by outcome",
    labelNames: ["outcome"],
    registers,
  });
  const deliveries = new Histogram({
    name: "stillhere_webhook_delivery_seconds",
    help: "Seconds from a transition to the response of the receiver that accepted it",
    buckets: [...SECONDS, 15, 60, 600, 3600],
    registers,
  });
  new Gauge({
    name: "stillhere_outbox_entries",
    help: "Entries to deliver, unread or pending a retry; counted up to 1,000 per endpoint",
    labelNames: ["state"],
    registers,
    async collect() {
      const { unread, pending } = await depth();
      this.set({ state: "unread" }, unread);
      this.set({ state: "pending" }, pending);
    },
  });
  return {
    contentType: registry.contentType,
    scrape: () => registry.metrics(),
    signal(type, outcome) {
      const byType = signalCounters.get(outcome) ?? new Map<string, Counter.Internal>();
      const counter = byType.get(type) ?? signals.labels(type, outcome);
      if (byType.size === 0) signalCounters.set(outcome, byType);
      byType.set(type, counter);
      counter.inc();
    },
    transition: (cause, state) => transitions.inc({ cause, state }),
    contradicted: () => contradicted.inc(),
    commit(tookMs, sessions) {
      commits.observe(tookMs / 1000);
      batches.observe(sessions);
    },
    deadline: (lateMs) => late.observe(lateMs / 1000),
    delivery(outcome, tookMs) {
      attempts.inc({ outcome });
      if (outcome === "delivered") deliveries.observe(tookMs / 1000);
    },
    outage: () => outages.inc(),
  };
}
