/**
 * Reads from JSON of unknown shape. Each reader is total: where the value is missing or of another type it
 * returns `undefined`.
 * @module
 */
import { isStorable } from "../core/text.ts";

const MAX_TEXT = 256;
const MAX_NAMES = 256;
/** Below it a number of seconds is meant, above it milliseconds: the year 5138 in the one, 1973 in the other. */
const MAX_SECONDS = 1e11;

/** The value at a path of names. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name))
      return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" && isName(found) ? found : undefined;
}

/** An id: desks have numbers and texts. */
export function idAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  if (typeof found === "number" && Number.isSafeInteger(found) && found >= 0) return String(found);
  return typeof found === "string" && isName(found) ? found : undefined;
}

/** Epoch milliseconds: desks have seconds, ISO 8601 and either as a text. */
export function timeAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  const number =
    typeof found === "string" && /^\d{1,14}(\.\d+)?$/.test(found) ? Number(found) : found;
  if (typeof number === "number") {
    const ms = Math.floor(number < MAX_SECONDS ? number * 1_000 : number);
    return ms > 0 && ms <= 8.64e15 ? ms : undefined;
  }
  const ms = typeof found === "string" && found.length <= 64 ? Date.parse(found) : Number.NaN;
  return ms > 0 ? ms : undefined;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] | undefined {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : undefined;
}

/** A whole number that is not negative. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return Number.isSafeInteger(found) && (found as number) >= 0 ? (found as number) : undefined;
}

/** The names of a list, each once. */
export function namesAt(value: unknown, ...path: readonly string[]): readonly string[] | undefined {
  const names = listAt(value, ...path)?.flatMap((name) => textAt({ name }, "name") ?? []);
  return names && [...new Set(names)].slice(0, MAX_NAMES);
}

function isName(text: string): boolean {
  return (
    text.length > 0 && text.length <= MAX_TEXT && text !== "." && text !== ".." && isStorable(text)
  );
}
