/**
 * How late verdicts are: when a hundred thousand are due within one second, and when some are due all
 * the time while others beat.
 */
import { Child } from "./child.ts";
import type { LoadOrder } from "./generator.ts";
import type { Lateness } from "./lateness.ts";
import type { Keys } from "./visitors.ts";

interface Departing {
  readonly port: number;
  readonly keys: Keys;
  /** Epoch milliseconds of the first verdict. */
  readonly dueFromAt: number;
}

/** After the last verdict is due. */
const GRACE_MS = 10_000;

/** `count` verdicts due within `overMs`, and nothing else to do. */
export async function measureSweep(address: string, count: number, overMs: number) {
  const server = new Child("departing-server.ts", [address, String(count), String(overMs), "0"]);
  try {
    const { dueFromAt } = await server.hear<Departing>();
    await until(dueFromAt + overMs + GRACE_MS);
    return await server.ask<Lateness>("read");
  } finally {
    await server.stop();
  }
}

/** Verdicts due all the time while `beating` sessions beat, `rate` times a second in all. */
export async function measureUnderLoad(
  address: string,
  { beating, rate, departing, overMs }: UnderLoad,
) {
  const numbers = [departing, overMs, beating].map(String);
  const server = new Child("departing-server.ts", [address, ...numbers]);
  const generator = new Child("generator.ts");
  try {
    const { port, keys, dueFromAt } = await server.hear<Departing>();
    const measureMs = dueFromAt + overMs + GRACE_MS - Date.now();
    const order: LoadOrder = {
      ...{ port, keys, sessions: beating, connections: 64 },
      ...{ warmUpMs: 0, measureMs, rate },
    };
    const load = await generator.ask(order);
    return { load, lateness: await server.ask<Lateness>("read") };
  } finally {
    await generator.stop();
    await server.stop();
  }
}

export interface UnderLoad {
  readonly beating: number;
  readonly rate: number;
  readonly departing: number;
  readonly overMs: number;
}

async function until(at: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
}
