/**
 * Chance that a seed brings back.
 * @module
 */
import { createHash } from "node:crypto";

/** Numbers from 0 to 1, evenly spread: each the hash of the seed and how many came before. */
export function seededChance(seed: number): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash("sha256").update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
}
