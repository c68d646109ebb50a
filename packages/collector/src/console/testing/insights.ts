import type { Insights } from "../model/insights.ts";

/** A week of the trial run, unless the test says otherwise. */
export function someInsights(differs: Partial<Insights> = {}): Insights {
  return {
    track: "shadow",
    from: "2026-01-01T00:00:00.000Z",
    to: "2026-01-08T00:00:00.000Z",
    departures: 120,
    detectionSeconds: { p50: 15, p99: 60, count: 120 },
    contradicted: 6,
    undecided: 0,
    longerBuffers: [
      { bySeconds: 5, spared: 0, delayedSeconds: 600 },
      { bySeconds: 10, spared: 4, delayedSeconds: 1_160 },
    ],
    ...differs,
  };
}
