/**
 * How late verdicts are: a hundred thousand at once, and some while signals come in. And what a herd
 * that comes back after an outage meets.
 */

import type { BenchFixture, Server } from "./fixture.ts";
import type { Lateness } from "./late-verdicts.ts";

/** Filled so many a second at least; verdicts may not fall due before all is filled. */
const FILLED_PER_SECOND = 4_000;

export async function measureBurst(scene: BenchFixture, sessions: number): Promise<Lateness> {
  const afterMs = 10_000 + (sessions / FILLED_PER_SECOND) * 1_000;
  const startedAt = Date.now();
  const server = await scene.collector({
    store: `sqlite:${scene.path("burst")}`,
    sessions: 0,
    leaving: { sessions, afterMs, withinMs: 1_000 },
  });
  await pause(startedAt + afterMs + 10_000 - Date.now());
  const late = await server.figures();
  await server.stop();
  return late;
}

/** Verdicts while signals come in at `rate`. */
export async function measureUnderLoad(
  scene: BenchFixture,
  order: {
    /** Its file; sessions that are there already are not created. */
    readonly name: string;
    readonly sessions: number;
    readonly leaving: number;
    readonly rate: number;
    readonly forMs: number;
  },
): Promise<Lateness> {
  const { name, sessions, leaving, rate, forMs } = order;
  const afterMs = 8_000 + (leaving / FILLED_PER_SECOND) * 1_000;
  const startedAt = Date.now();
  const server = await scene.collector({
    store: `sqlite:${scene.path(name)}`,
    sessions,
    leaving: { sessions: leaving, afterMs, withinMs: forMs },
  });
  const measureMs = afterMs + forMs + (Date.now() - startedAt > afterMs ? 0 : 4_000);
  await scene.load(server, { sessions, warmUpMs: 0, measureMs, rate });
  const late = await server.figures();
  await server.stop();
  return late;
}

export interface HerdFigures {
  readonly pages: number;
  readonly withinMs: number;
  readonly refused: number;
  readonly markedOffline: number;
  readonly p99Ms: number;
}

/** The collector dies, is away for longer than is forgiven, and all pages come back. */
export async function measureHerd(
  scene: BenchFixture,
  pages: number,
  withinMs: number,
): Promise<HerdFigures> {
  const order = {
    store: `sqlite:${scene.path("herd")}`,
    sessions: pages,
    // As they are unless somebody changes them.
    settings: { "presence.leaseSeconds.visible": 15, "presence.bufferSeconds": 15 },
  };
  const filling: Server = await scene.collector(order);
  await filling.stop();
  await pause(6_000);
  const server = await scene.collector(order);
  const rate = pages / (withinMs / 1_000);
  const result = await scene.load(server, {
    sessions: pages,
    warmUpMs: 0,
    measureMs: withinMs + 1_000,
    rate,
    return: true,
  });
  const { verdicts } = await server.figures();
  await server.stop();
  const { refused, p99Ms, answered } = result;
  return { pages: answered, withinMs, refused, markedOffline: verdicts, p99Ms };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
