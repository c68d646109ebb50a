/**
 * A command of our own, run by Redis as one step. Each is a file in `scripts/`, with its keys,
 * arguments and answer described there. All keys of a call lie in one slot.
 * @module
 */
import { createHash } from "node:crypto";

export interface Script {
  readonly source: string;
  /** What Redis knows it by once it has seen the source. */
  readonly sha: string;
}

export function defineScript(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
