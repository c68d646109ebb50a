/**
 * Lua scripts, which Redis runs atomically. Each is a file in `scripts/` that documents its keys,
 * arguments and result. All keys of a call are in one slot.
 * @module
 */
import { createHash } from "node:crypto";

export interface Script {
  readonly source: string;
  /** The SHA-1 of the source, by which Redis caches the script. */
  readonly sha: string;
}

export function defineScript(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
