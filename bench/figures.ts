/**
 * What a measured server reports to its parent: its port, and its use of processor and memory.
 */

export interface ListeningMessage {
  readonly port: number;
}

export interface Figures {
  /** Processor time since the process started. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Sends the port once, and the figures in response to every message of the parent. */
export function serveFigures(
  port: number,
  extra: object = {},
  extraFigures: () => object = () => ({}),
): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    const figures: Figures = {
      cpuMs: (user + system) / 1_000,
      rssBytes: process.memoryUsage.rss(),
    };
    process.send?.({ ...figures, ...extraFigures() });
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ port, ...extra } satisfies ListeningMessage);
}

/** The percentile of sorted values; `share` is between 0 and 1. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
