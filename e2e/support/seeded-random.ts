/**
 * Reproducible random numbers.
 * @module
 */
import { createHash } from "node:crypto";

/** Uniform numbers in [0, 1): each is the hash of the seed and a counter. */
export function seededRandom(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash("sha256").update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}
