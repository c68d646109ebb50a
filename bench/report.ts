/**
 * What was measured, held against what must be reached: a table for people, JSON for machines.
 */
import { cpus, totalmem } from "node:os";

export interface Line {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  /** Null: there is no target. */
  readonly isReached: boolean | null;
}

export function line(
  what: string,
  value: number,
  unit: string,
  target: { readonly least?: number; readonly most?: number } = {},
): Line {
  const { least, most } = target;
  const has = least !== undefined || most !== undefined;
  return {
    what,
    measured: format(value, unit),
    target: has ? `${least === undefined ? "≤" : "≥"} ${format(least ?? most ?? 0, unit)}` : "",
    isReached: has ? value >= (least ?? value) && value <= (most ?? value) : null,
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
