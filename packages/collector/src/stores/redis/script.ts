/**
 * Lua scripts, which Redis runs atomically. Each is a file in `scripts/` that documents its keys,
 * arguments and result. All keys of a call are in one slot.
 * @module
 */
import { createHash } from "node:crypto";
import { WRONG_KEY } from "./key-types.ts";

export interface Script {
  readonly source: string;
  /** The SHA-1 of the source, by which Redis caches the script. */
  readonly sha: string;
}

/** A script that does nothing where one of its keys has the wrong type. */
export function defineScript(source: string): Script {
  return defineRawScript(`${WRONG_KEY}
local wrong = wrongKey(1, #KEYS)
if wrong then return redis.error_reply('WRONGTYPE ' .. wrong) end
${source}`);
}

/** A script that checks its keys group by group, or not at all. */
export function defineRawScript(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
