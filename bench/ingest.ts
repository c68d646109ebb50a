/**
 * Measures signals per second, alternating with a bare Hono handler on the same HTTP server.
 */
import { median } from "./figures.ts";
import type { BenchFixture, Server } from "./fixture.ts";
import type { LoadResult } from "./generator.ts";

export interface IngestFigures {
  readonly sessions: number;
  readonly perSecond: number;
  /** While nearly every beat is its page's first since the start; only useful with many sessions. */
  readonly firstPerSecond: number;
  readonly barePerSecond: number;
  /** Median of the ratios of collector to bare handler; each pair is measured back to back. */
  readonly ratio: number;
  /** The same for processor time per signal, which other load on the machine hardly affects. */
  readonly cpuRatio: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bareP99Ms: number;
  readonly refused: number;
  readonly rssBytes: number;
  readonly fileBytes: number;
  /** Highest share of a core that the generator used; below 1 it was not the bottleneck. */
  readonly generatorCpu: number;
}

export interface IngestOptions {
  readonly sessions: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** How long first beats are measured. */
const FIRST_MS = 5_000;
/** Minimum rate of first beats: a warm-up at this rate reaches every session once. */
const SESSIONS_PER_WARM_UP_MS = 12;

interface Measurement extends LoadResult {
  readonly cpuMicros: number;
}

/** @param store `sqlite`, `memory` or the URL of a server. */
export async function measureIngest(
  fixture: BenchFixture,
  store: string,
  options: IngestOptions,
): Promise<IngestFigures & { readonly server: Server }> {
  const { sessions, rounds, warmUpMs, measureMs } = options;
  const name = `ingest-${sessions}`;
  const url =
    store === "sqlite" ? `sqlite:${fixture.path(name)}` : store === "memory" ? "memory:" : store;
  const bare = await fixture.startBareServer();
  const server = await fixture.startCollector({ store: url, sessions });
  await fixture.runLoad(bare, { sessions, warmUpMs: 0, measureMs: warmUpMs });
  const first = await fixture.runLoad(server, { sessions, warmUpMs: 0, measureMs: FIRST_MS });
  // Pages beat for minutes, so what counts is the beat of a page that has beaten before.
  const restMs = Math.max(warmUpMs, sessions / SESSIONS_PER_WARM_UP_MS) - FIRST_MS;
  await fixture.runLoad(server, { sessions, warmUpMs: 0, measureMs: Math.max(0, restMs) });
  const pairs: { readonly bare: Measurement; readonly collector: Measurement }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({
      bare: await measureOnce(fixture, bare, sessions, measureMs),
      collector: await measureOnce(fixture, server, sessions, measureMs),
    });
  }
  await bare.stop();
  const of = (read: (measurement: Measurement) => number) =>
    median(pairs.map(({ collector }) => read(collector)));
  return {
    sessions,
    perSecond: of(({ perSecond }) => perSecond),
    firstPerSecond: first.perSecond,
    barePerSecond: median(pairs.map(({ bare }) => bare.perSecond)),
    ratio: median(pairs.map(({ bare, collector }) => collector.perSecond / bare.perSecond)),
    cpuRatio: median(pairs.map(({ bare, collector }) => bare.cpuMicros / collector.cpuMicros)),
    cpuMicros: of(({ cpuMicros }) => cpuMicros),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    bareP99Ms: median(pairs.map(({ bare }) => bare.p99Ms)),
    refused: pairs.reduce((sum, { collector }) => sum + collector.refused, 0),
    rssBytes: (await server.figures()).rssBytes,
    fileBytes: store === "sqlite" ? fixture.bytesOf(name) : 0,
    generatorCpu: Math.max(
      ...pairs.flatMap((pair) => [pair.bare.generatorCpu, pair.collector.generatorCpu]),
    ),
    server,
  };
}

async function measureOnce(
  fixture: BenchFixture,
  server: Server,
  sessions: number,
  measureMs: number,
): Promise<Measurement> {
  const before = await server.figures();
  const result = await fixture.runLoad(server, { sessions, warmUpMs: 800, measureMs });
  const { cpuMs } = await server.figures();
  return { ...result, cpuMicros: ((cpuMs - before.cpuMs) * 1_000) / result.total };
}
