/**
 * Soak test: records whether memory and file size stay constant under sustained load.
 */
import type { BenchFixture, Server } from "./fixture.ts";

export interface SoakFigures {
  readonly minutes: number;
  readonly rate: number;
  readonly refused: number;
  /** After each tenth of the run. */
  readonly rssBytes: readonly number[];
  readonly fileBytes: readonly number[];
}

const PARTS = 10;

export async function measureSoak(
  fixture: BenchFixture,
  server: Server,
  {
    name,
    sessions,
    rate,
    minutes,
  }: { name: string; sessions: number; rate: number; minutes: number },
): Promise<SoakFigures> {
  const rssBytes: number[] = [];
  const fileBytes: number[] = [];
  let refused = 0;
  for (let part = 0; part < PARTS; part += 1) {
    const measureMs = (minutes * 60_000) / PARTS;
    refused += (await fixture.runLoad(server, { sessions, warmUpMs: 0, measureMs, rate })).refused;
    rssBytes.push((await server.figures()).rssBytes);
    fileBytes.push(fixture.bytesOf(name));
  }
  return { minutes, rate, refused, rssBytes, fileBytes };
}
