import type { Mark } from "./lane.ts";

/** Marks that would lie over each other, as one. */
export interface Cluster {
  /** Where it stands, in px. */
  position: number;
  marks: readonly [Mark, ...Mark[]];
}

/**
 * @param place where an instant stands, in px
 * @param minGap between two clusters, in px
 */
export function clustersOf(
  marks: readonly Mark[],
  place: (at: number) => number,
  minGap: number,
): Cluster[] {
  const clusters: { position: number; marks: [Mark, ...Mark[]] }[] = [];
  for (const mark of [...marks].sort((a, b) => a.at - b.at)) {
    const position = place(mark.at);
    const last = clusters.at(-1);
    if (last && position - last.position < minGap) last.marks.push(mark);
    else clusters.push({ position, marks: [mark] });
  }
  return clusters;
}
