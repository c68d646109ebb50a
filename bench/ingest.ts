/**
 * Signals a second, against a bare Hono handler on the same server: by turns, in one run.
 */
import { median } from "./figures.ts";
import type { BenchFixture, Server } from "./fixture.ts";
import type { LoadResult } from "./generator.ts";

export interface IngestFigures {
  readonly sessions: number;
  readonly perSecond: number;
  /** While nearly each beat is its page's first since the collector started; of use with many sessions only. */
  readonly firstPerSecond: number;
  readonly barePerSecond: number;
  /** Median over the rounds of collector against bare, each pair measured one after the other. */
  readonly ratio: number;
  /** The same of processor time for each signal; it is hardly moved by whatever else runs. */
  readonly cpuRatio: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bareP99Ms: number;
  readonly refused: number;
  readonly rssBytes: number;
  readonly fileBytes: number;
  /** Highest share of a core that the load took: below 1 it was not what held the servers back. */
  readonly generatorCpu: number;
}

export interface IngestOrder {
  readonly sessions: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** How long first beats are counted. */
const FIRST_MS = 5_000;
/** In so much time even slow beats have come from each session once. */
const SESSIONS_PER_WARM_UP_MS = 12;

interface Turn extends LoadResult {
  readonly cpuMicros: number;
}

/** `store`: `sqlite`, `memory` or the URL of a server. */
export async function measureIngest(
  scene: BenchFixture,
  store: string,
  order: IngestOrder,
): Promise<IngestFigures & { readonly server: Server }> {
  const { sessions, rounds, warmUpMs, measureMs } = order;
  const name = `ingest-${sessions}`;
  const url =
    store === "sqlite" ? `sqlite:${scene.path(name)}` : store === "memory" ? "memory:" : store;
  const bare = await scene.bare();
  const server = await scene.collector({ store: url, sessions });
  await scene.load(bare, { sessions, warmUpMs: 0, measureMs: warmUpMs });
  const first = await scene.load(server, { sessions, warmUpMs: 0, measureMs: FIRST_MS });
  // Pages beat for minutes: what is measured is a page that has been heard before.
  const restMs = Math.max(warmUpMs, sessions / SESSIONS_PER_WARM_UP_MS) - FIRST_MS;
  await scene.load(server, { sessions, warmUpMs: 0, measureMs: Math.max(0, restMs) });
  const turns: { readonly bare: Turn; readonly collector: Turn }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    turns.push({
      bare: await turn(scene, bare, sessions, measureMs),
      collector: await turn(scene, server, sessions, measureMs),
    });
  }
  await bare.stop();
  const of = (read: (turn: Turn) => number) =>
    median(turns.map(({ collector }) => read(collector)));
  return {
    sessions,
    perSecond: of(({ perSecond }) => perSecond),
    firstPerSecond: first.perSecond,
    barePerSecond: median(turns.map(({ bare }) => bare.perSecond)),
    ratio: median(turns.map(({ bare, collector }) => collector.perSecond / bare.perSecond)),
    cpuRatio: median(turns.map(({ bare, collector }) => bare.cpuMicros / collector.cpuMicros)),
    cpuMicros: of(({ cpuMicros }) => cpuMicros),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    bareP99Ms: median(turns.map(({ bare }) => bare.p99Ms)),
    refused: turns.reduce((sum, { collector }) => sum + collector.refused, 0),
    rssBytes: (await server.figures()).rssBytes,
    fileBytes: store === "sqlite" ? scene.bytesOf(name) : 0,
    generatorCpu: Math.max(
      ...turns.flatMap((pair) => [pair.bare.generatorCpu, pair.collector.generatorCpu]),
    ),
    server,
  };
}

async function turn(
  scene: BenchFixture,
  server: Server,
  sessions: number,
  measureMs: number,
): Promise<Turn> {
  const before = await server.figures();
  const result = await scene.load(server, { sessions, warmUpMs: 800, measureMs });
  const { cpuMs } = await server.figures();
  return { ...result, cpuMicros: ((cpuMs - before.cpuMs) * 1_000) / result.total };
}
