/**
 * The gauge of unheard accounts, which Node and the edge both have.
 * @module
 */
export const UNHEARD_GAUGE = {
  name: "stillhere_unheard_seconds",
  help: "For how long an account has been unheard, the longest if several are; 0: none is",
} as const;

/** The gauge alone in the Prometheus text format, for where there are no other metrics. */
export function unheardMetrics(unheardMs: number): string {
  const { name, help } = UNHEARD_GAUGE;
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${unheardMs / 1_000}\n`;
}
