/**
 * Measures a realistic steady state: all pages beat on schedule under leases of the default length, so
 * that every beat moves a deadline in the near future.
 */
import type { BenchFixture } from "./fixture.ts";

export interface SteadyStateFigures {
  readonly sessions: number;
  readonly perSecond: number;
  readonly refused: number;
  /** Verdicts, all of them false: every page keeps beating. */
  readonly markedOffline: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** The defaults: a lease of one and a half beat intervals. */
const SECONDS = { beat: 10, lease: 15, buffer: 15 };
/** Measured rounds of beats, after a first one in which every page sends its first beat. */
const ROUNDS = 4;

export async function measureSteadyState(
  fixture: BenchFixture,
  sessions: number,
): Promise<SteadyStateFigures> {
  const server = await fixture.startCollector({
    store: `sqlite:${fixture.path("life")}`,
    sessions,
    settings: {
      "presence.leaseSeconds.visible": SECONDS.lease,
      "presence.bufferSeconds": SECONDS.buffer,
    },
  });
  const rate = sessions / SECONDS.beat;
  const warmUpMs = SECONDS.beat * 1_000;
  const first = await fixture.runLoad(server, { sessions, warmUpMs: 0, measureMs: warmUpMs, rate });
  const before = await server.figures();
  const measureMs = ROUNDS * SECONDS.beat * 1_000;
  const result = await fixture.runLoad(server, { sessions, warmUpMs: 0, measureMs, rate });
  const after = await server.figures();
  await server.stop();
  return {
    sessions,
    perSecond: result.perSecond,
    refused: first.refused + result.refused,
    markedOffline: before.verdicts + after.verdicts,
    p99Ms: result.p99Ms,
    cpuMicros: ((after.cpuMs - before.cpuMs) * 1_000) / result.total,
    rssBytes: after.rssBytes,
  };
}
