/**
 * One metric in the Prometheus text format, for where Prometheus's client cannot run.
 * @module
 */
export interface MetricHead {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
}

/** `labels` with their braces, as `{state="unread"}`; empty: none. */
export type Sample = readonly [labels: string, value: number];

export function metricText({ name, help, type }: MetricHead, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
