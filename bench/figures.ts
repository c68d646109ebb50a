/**
 * What a server under measurement tells its parent: where it listens, and what it takes of the machine.
 */

export interface Listening {
  readonly port: number;
}

export interface Figures {
  /** Processor time since the process began. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Tells the port once, and the figures whenever the parent asks. */
export function serveFigures(
  port: number,
  more: object = {},
  ask: () => object = () => ({}),
): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    const figures: Figures = {
      cpuMs: (user + system) / 1_000,
      rssBytes: process.memoryUsage.rss(),
    };
    process.send?.({ ...figures, ...ask() });
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ port, ...more } satisfies Listening);
}

/** The value below which that share of the sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
