/**
 * A duration as text: `fine` includes seconds up to an hour, `coarse` drops them after the first
 * minute.
 */
export function duration(ms: number, precision: "fine" | "coarse" = "coarse"): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0)
    return precision === "fine" ? pair(minutes, "min", seconds % 60, "s") : `${minutes} min`;
  if (days === 0) return pair(hours, "h", minutes % 60, "min");
  return pair(days, "d", hours % 24, "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A setting in seconds as text: `15 s`, `10 min`, `1.5 s`. */
export function seconds(value: number): string {
  return Number.isInteger(value) ? duration(value * 1000, "fine") : `${value} s`;
}
