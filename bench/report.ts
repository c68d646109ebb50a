/**
 * Reports figures with their targets, as a Markdown table and as text.
 */
import { cpus, totalmem } from "node:os";

export interface Line {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  /** `null` if there is no target. */
  readonly isReached: boolean | null;
}

export function line(
  what: string,
  value: number,
  unit: string,
  target: { readonly min?: number; readonly max?: number } = {},
): Line {
  const { min, max } = target;
  const hasTarget = min !== undefined || max !== undefined;
  return {
    what,
    measured: format(value, unit),
    target: hasTarget ? `${min === undefined ? "≤" : "≥"} ${format(min ?? max ?? 0, unit)}` : "",
    isReached: hasTarget ? value >= (min ?? value) && value <= (max ?? value) : null,
  };
}

function format(value: number, unit: string): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  const text = value.toLocaleString("en", { maximumFractionDigits: digits });
  return unit ? `${text} ${unit}` : text;
}

export function markdown(lines: readonly Line[]): string {
  const rows = lines.map(({ what, measured, target, isReached }) => {
    const verdict = isReached === null ? "" : isReached ? "yes" : "**no**";
    return `| ${what} | ${measured} | ${target} | ${verdict} |`;
  });
  return ["| figure | measured | target | reached |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

export function text(lines: readonly Line[]): string {
  const columns = lines.map(({ what, measured, target, isReached }) => [
    what,
    measured,
    target,
    isReached === false ? "not reached" : "",
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...columns.map((cells) => cells[column]?.length ?? 0)),
  );
  return columns
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${first?.model.trim() ?? "unknown"}), ${memory} GiB, Node ${process.versions.node}, ${process.platform}`;
}
