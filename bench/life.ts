/**
 * Sessions as they are: each page beats in time, under a lease that is as short as such pages have, so
 * that deadlines are always near and have to be moved on.
 */
import type { BenchFixture } from "./fixture.ts";

export interface LifeFigures {
  readonly sessions: number;
  readonly perSecond: number;
  readonly refused: number;
  /** Verdicts, every one of them false: all pages are there. */
  readonly markedOffline: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** As it is unless somebody changes it: one and a half beats, and the buffer. */
const SECONDS = { beat: 10, lease: 15, buffer: 15 };
/** The first round of beats is the first of each page; it is measured from then on. */
const ROUNDS = 4;

export async function measureLife(scene: BenchFixture, sessions: number): Promise<LifeFigures> {
  const server = await scene.collector({
    store: `sqlite:${scene.path("life")}`,
    sessions,
    settings: {
      "presence.leaseSeconds.visible": SECONDS.lease,
      "presence.bufferSeconds": SECONDS.buffer,
    },
  });
  const rate = sessions / SECONDS.beat;
  const warmUpMs = SECONDS.beat * 1_000;
  const first = await scene.load(server, { sessions, warmUpMs: 0, measureMs: warmUpMs, rate });
  const before = await server.figures();
  const measureMs = ROUNDS * SECONDS.beat * 1_000;
  const result = await scene.load(server, { sessions, warmUpMs: 0, measureMs, rate });
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
