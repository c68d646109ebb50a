/**
 * Checks of decoded JSON. What is damaged must not get into a session: it would fail later, and with
 * it whatever is processed together with it.
 * @module
 */
import { UnknownFormatError } from "./record-error.ts";

export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`no list, but ${nameOfValue(value)}`);
}

export function objectOf(value: unknown): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`no object, but ${nameOfValue(value)}`);
}

export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`no text, but ${nameOfValue(value)}`);
}

export function textOrNull(value: unknown): string | null {
  return value === null ? null : textOf(value);
}

/** Milliseconds of the year 2286: later instants, and longer times, are damage. */
const MAX = 1e13;

export function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`no number, but ${nameOfValue(value)}`);
  if (Math.abs(value) <= MAX) return value;
  throw new RangeError(`the number ${value} is out of range`);
}

/** The name at an index that was stored in its place. */
export function nameAt<T>(names: readonly T[], index: unknown): T {
  const name = names[index as number];
  if (name === undefined) throw new UnknownFormatError(`unknown enum value ${String(index)}`);
  return name;
}

function nameOfValue(value: unknown): string {
  return value === null ? "null" : typeof value;
}
