/**
 * Refused signals as the log states them: what an operator needs to put them right, and nothing secret.
 * @module
 */
import type { Problem, ProblemCode } from "./problem.ts";

export interface Refusal {
  readonly code: ProblemCode;
  /** What to do. */
  readonly remedy: string;
  /** Printable ASCII, at most {@link MAX_ORIGIN_LENGTH} characters before escaping. */
  readonly origin?: string;
  /** The first letters of the publishable key. */
  readonly key?: string;
}

/** A refused signal while the platform may still judge it again: one of the two is called. */
export interface PendingRefusal {
  /** Logs and counts it: the sender gets this answer. */
  confirm(): void;
  /** Counts it nowhere: it is judged again. */
  takeBack(): void;
}

const MAX_ORIGIN_LENGTH = 100;
const KEY_LETTERS = 8;

/** @param key the field `key` of the signal: anything at all. */
export function refusalOf(problem: Problem, origin: string | undefined, key: unknown): Refusal {
  return {
    code: problem.code,
    remedy: problem.message,
    ...(origin !== undefined && { origin: printable(origin.slice(0, MAX_ORIGIN_LENGTH)) }),
    ...(isPublishableKey(key) && { key: key.slice(0, KEY_LETTERS) }),
  };
}

/** Whether it has the form of a publishable key: of anything else not even the start is logged. */
function isPublishableKey(key: unknown): key is string {
  return typeof key === "string" && /^pk_[\w-]{1,125}$/.test(key);
}

function printable(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
