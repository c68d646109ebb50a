/**
 * Latency from a commit to the stream, and to a webhook's first attempt, at 1,000 signals per second.
 * Runs the scripts that measure each of them alone.
 */
import { fork } from "node:child_process";
import { once } from "node:events";

export interface LatencyFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

export function measureStream(seconds: number): Promise<LatencyFigures> {
  return run("../scripts/bench-stream.ts", seconds);
}

export function measureWebhooks(seconds: number): Promise<LatencyFigures> {
  return run("../scripts/bench-webhooks.ts", seconds);
}

async function run(file: string, seconds: number): Promise<LatencyFigures> {
  const child = fork(new URL(file, import.meta.url), [String(seconds)], { silent: true });
  const figures = once(child, "message").then(([value]) => value as LatencyFigures);
  const end = once(child, "exit");
  await Promise.race([figures, end]);
  if (child.exitCode !== null && child.exitCode > 1) throw new Error(`${file} failed.`);
  await end;
  return figures;
}
