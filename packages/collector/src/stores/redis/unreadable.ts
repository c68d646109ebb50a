/**
 * The sentences about keys and records in Redis that cannot be used.
 * @module
 */
import { RecordError, recordError } from "../record-error.ts";
import { expectedType } from "./key-types.ts";

/** @param actual the type that the key has */
export function wrongTypeError(key: string, actual: string): RecordError {
  return new RecordError(
    `The Redis key ${key} is a ${actual}, not a ${expectedType(key)}: another program wrote it. Restore it from a backup, or move it away (RENAME); see docs/redis.md.`,
  );
}

/** A script failed, though its keys have the right types. */
export function scriptError(keys: readonly string[], error: unknown): RecordError {
  return recordError(
    `One of the Redis keys ${keys.slice(0, 10).join(", ")}`,
    error,
    "restore it from a backup.",
  );
}

/** Part of an index or a queue. */
export function memberError(key: string, member: string, error: unknown): RecordError {
  return recordError(
    `The entry "${member.slice(0, 100)}" of the Redis key ${key}`,
    error,
    "it is passed over. Remove it.",
  );
}
