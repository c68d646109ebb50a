/**
 * The herd: everybody's page rejoins within a short while after an outage, each with a token that this
 * collector has never seen. Nobody may be refused, nobody be marked offline by it.
 */
import { Child } from "./child.ts";
import type { LoadOrder, LoadResult } from "./generator.ts";
import type { Keys } from "./visitors.ts";

export interface Herd {
  readonly pages: number;
  readonly withinMs: number;
  readonly refused: number;
  readonly answered: number;
  /** Verdicts `offline` until everybody has been heard. */
  readonly offline: number;
  readonly p99Ms: number;
}

const BEAT_S = 30;

export async function measureHerd(address: string, pages: number, withinMs: number): Promise<Herd> {
  const settings = JSON.stringify({
    "presence.beatSeconds.waiting": BEAT_S,
    "presence.leaseSeconds.visible": BEAT_S * 1.5,
  });
  const filling = new Child("collector-server.ts", [address, String(pages), settings]);
  await filling.hear();
  await filling.stop();
  // Longer than what counts as an outage.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const server = new Child("collector-server.ts", [address, String(pages), settings]);
  const generator = new Child("generator.ts");
  try {
    const { port, keys } = await server.hear<{ port: number; keys: Keys }>();
    const order: LoadOrder = {
      ...{ port, keys, sessions: pages, connections: 256 },
      ...{ warmUpMs: 0, measureMs: withinMs, rate: pages / (withinMs / 1_000) },
    };
    const load = await generator.ask<LoadResult>(order);
    const offline = await countOffline(port);
    const { answered, refused, p99Ms } = load;
    return { pages, withinMs, refused, answered, offline, p99Ms };
  } finally {
    await generator.stop();
    await server.stop();
  }
}

/** By the collector's own count of what its buffers came to. */
async function countOffline(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = metrics.matchAll(/^stillhere_transitions_total\{cause="buffer".*\} (\d+)$/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}
