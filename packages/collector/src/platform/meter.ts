/**
 * The collector's metrics for Prometheus. No label names an account, a session or a person.
 * @module
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { DeskFigures } from "../desks/figures.ts";
import type { Meter } from "../engine/meter.ts";
import type { StateCounts } from "../stores/state-counts.ts";
import type { OutboxDepth } from "../webhooks/depth.ts";
import { addDeskMetrics } from "./desk-metrics.ts";
import { watchEventLoopDelay } from "./event-loop-delay.ts";
import { UNHEARD_GAUGE } from "./unheard-gauge.ts";

export interface PrometheusMeter extends Meter {
  readonly contentType: string;
  /** The metrics in the Prometheus text format. A value that the store does not give is left out. */
  scrape(): Promise<string>;
  close(): void;
}

/** What the gauges show; each is called at each scrape. */
export interface GaugeSources {
  outboxDepth(): Promise<OutboxDepth>;
  isStoreWritable(): Promise<boolean>;
  /** `null`: not known. */
  mayEvict(): boolean | null;
  clockSkewMs(): number;
  /** For how long an account has been unheard, the longest if several are; 0: none is. */
  unheardMs(): number;
  /** `null`: the store cannot count them. */
  sessionsByState(): Promise<StateCounts | null>;
  desks(): Promise<readonly DeskFigures[]>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createPrometheusMeter(sources: GaugeSources): PrometheusMeter {
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
  const unreadable = new Counter({
    name: "stillhere_unreadable_records_total",
    help: "Attempts to use a stored record that cannot be read; the log names each",
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
      this.reset();
      const depth = await knownOnly(sources.outboxDepth());
      for (const state of ["unread", "pending"] as const) {
        if (depth) this.set({ state }, depth[state]);
      }
    },
  });
  new Gauge({
    name: "stillhere_sessions",
    help: "Sessions by state, counted at most every ten seconds",
    labelNames: ["state"],
    registers,
    async collect() {
      this.reset();
      const counts = await knownOnly(sources.sessionsByState());
      for (const [state, count] of Object.entries(counts ?? {})) this.set({ state }, count);
    },
  });
  new Gauge({
    name: "stillhere_store_writable",
    help: "1 if the store took the last write of the liveness watermark, at most 5 s ago",
    registers,
    async collect() {
      this.set((await sources.isStoreWritable()) ? 1 : 0);
    },
  });
  new Gauge({
    name: "stillhere_store_evicts",
    help: "1 if the store drops records when its memory is full; left out if it does not say",
    registers,
    collect() {
      const mayEvict = sources.mayEvict();
      if (mayEvict !== null) this.set(mayEvict ? 1 : 0);
      else this.remove();
    },
  });
  new Gauge({
    name: "stillhere_clock_skew_seconds",
    help: "How far this machine's clock is ahead of the store's, which counts",
    registers,
    collect() {
      this.set(sources.clockSkewMs() / 1_000);
    },
  });
  new Gauge({
    ...UNHEARD_GAUGE,
    registers,
    collect() {
      this.set(sources.unheardMs() / 1_000);
    },
  });
  addDeskMetrics(registers, sources.desks);
  const streams = new Gauge({
    name: "stillhere_streams",
    help: "Event streams that are open at this collector",
    registers,
  });
  const eventLoopDelay = watchEventLoopDelay();
  new Gauge({
    name: "stillhere_event_loop_delay_seconds",
    help: "The longest delay of the event loop in the last 15 to 30 seconds",
    registers,
    collect() {
      this.set(eventLoopDelay.seconds());
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
    unreadable: () => unreadable.inc(),
    streams: (change) => streams.inc(change),
    close: () => eventLoopDelay.stop(),
  };
}

/** `null` instead of an error: the metrics are most needed while the store is not available. */
function knownOnly<T>(value: Promise<T>): Promise<T | null> {
  return value.catch(() => null);
}
