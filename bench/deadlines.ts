/**
 * Measures how late verdicts are, in a burst and under load, and how a collector copes when all pages
 * return after an outage (thundering herd).
 */

import type { BenchFixture, Server } from "./fixture.ts";
import type { Lateness } from "./late-verdicts.ts";

/** Minimum rate of creating sessions: all must exist before the first verdict is due. */
const FILLED_PER_SECOND = 4_000;

export async function measureBurst(fixture: BenchFixture, sessions: number): Promise<Lateness> {
  const afterMs = 10_000 + (sessions / FILLED_PER_SECOND) * 1_000;
  const startedAt = Date.now();
  const server = await fixture.startCollector({
    store: `sqlite:${fixture.path("burst")}`,
    sessions: 0,
    silent: { sessions, afterMs, spreadMs: 1_000 },
  });
  await pause(startedAt + afterMs + 10_000 - Date.now());
  const lateness = await server.figures();
  await server.stop();
  return lateness;
}

/** Measures verdicts while signals arrive at `rate`. */
export async function measureUnderLoad(
  fixture: BenchFixture,
  options: {
    /** Name of the store's file; existing sessions are reused. */
    readonly name: string;
    readonly sessions: number;
    readonly silent: number;
    readonly rate: number;
    readonly forMs: number;
  },
): Promise<Lateness> {
  const { name, sessions, silent, rate, forMs } = options;
  const afterMs = 8_000 + (silent / FILLED_PER_SECOND) * 1_000;
  const startedAt = Date.now();
  const server = await fixture.startCollector({
    store: `sqlite:${fixture.path(name)}`,
    sessions,
    silent: { sessions: silent, afterMs, spreadMs: forMs },
  });
  const measureMs = afterMs + forMs + (Date.now() - startedAt > afterMs ? 0 : 4_000);
  await fixture.runLoad(server, { sessions, warmUpMs: 0, measureMs, rate });
  const lateness = await server.figures();
  await server.stop();
  return lateness;
}

export interface HerdFigures {
  readonly pages: number;
  readonly withinMs: number;
  readonly refused: number;
  readonly markedOffline: number;
  readonly p99Ms: number;
}

/** Kills the collector, waits longer than an outage needs, and lets all pages return. */
export async function measureHerd(
  fixture: BenchFixture,
  pages: number,
  withinMs: number,
): Promise<HerdFigures> {
  const options = {
    store: `sqlite:${fixture.path("herd")}`,
    sessions: pages,
    // The defaults.
    settings: { "presence.leaseSeconds.visible": 15, "presence.bufferSeconds": 15 },
  };
  const filling: Server = await fixture.startCollector(options);
  await filling.stop();
  await pause(6_000);
  const server = await fixture.startCollector(options);
  const rate = pages / (withinMs / 1_000);
  const result = await fixture.runLoad(server, {
    sessions: pages,
    warmUpMs: 0,
    measureMs: withinMs + 1_000,
    rate,
    isReturning: true,
  });
  const { verdicts } = await server.figures();
  await server.stop();
  const { refused, p99Ms, answered } = result;
  return { pages: answered, withinMs, refused, markedOffline: verdicts, p99Ms };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
