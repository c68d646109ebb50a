/**
 * Decodes and validates a signal into an input of the core. Written by hand instead of with a schema
 * library, because it is on the path of every signal.
 * @module
 */
import {
  LEAVE_DESTINATIONS,
  type LeaveDestination,
  SIGNAL_TYPES,
  type SignalType,
  WIRE_VERSION,
} from "@stillhere/sdk/wire";
import type { LeaveInput, SignalInput } from "../core/input.ts";
import { SESSION_ID } from "../core/text.ts";
import { Problem } from "./problem.ts";

export interface DecodedSignal {
  readonly session: string;
  readonly token: string | undefined;
  readonly input: SignalInput | LeaveInput;
}

const PAGE_ID = /^[\w.-]{1,64}$/;
const TOKEN_MAX_LENGTH = 2_048;
/** Bytes that were no UTF-8, and halves of characters: two different secrets would have one hash. */
const UNREADABLE = /[\uFFFD\p{Surrogate}]/u;
/** Some servers' decoders remove it, and others do not. */
const BYTE_ORDER_MARK = 0xfeff;
/** Exclusive upper bound of `gen` and `seq`. */
export const COUNTER_END = 2 ** 31;

/** @throws {Problem} `unsupported_version` or `invalid_signal`. */
export function decodeSignal(body: SignalBody): DecodedSignal {
  if (body["v"] !== WIRE_VERSION) {
    throw new Problem("unsupported_version", `Send "v": ${WIRE_VERSION}; update the SDK.`);
  }
  const type = oneOf<SignalType>(body, "type", SIGNAL_TYPES);
  return {
    session: textOf(body, "session", SESSION_ID),
    token: tokenOf(body),
    input: type === "leave" ? decodeLeave(body) : decodeNonLeave(body, type),
  };
}

export type SignalBody = Readonly<Record<string, unknown>>;

/** @throws {Problem} `not_json` or `invalid_signal`. */
export function parseSignal(text: string): SignalBody {
  let body: unknown;
  try {
    body = JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
  } catch {
    throw new Problem("not_json", "Send one JSON object.");
  }
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw new Problem("invalid_signal", "Send one JSON object.");
  }
  return body as SignalBody;
}

function decodeLeave(body: SignalBody): LeaveInput {
  const to =
    body["to"] === undefined ? null : oneOf<LeaveDestination>(body, "to", LEAVE_DESTINATIONS);
  return { type: "leave", page: textOf(body, "page", PAGE_ID), gen: counterOf(body, "gen"), to };
}

function decodeNonLeave(body: SignalBody, signal: SignalInput["signal"]): SignalInput {
  return {
    type: "signal",
    signal,
    page: textOf(body, "page", PAGE_ID),
    gen: counterOf(body, "gen"),
    seq: counterOf(body, "seq"),
    visible: flagOf(body, "visible"),
    armed: body["armed"] === undefined ? false : flagOf(body, "armed"),
  };
}

function tokenOf(body: SignalBody): string | undefined {
  const token = body["token"];
  if (token === undefined) return undefined;
  const isText = typeof token === "string" && token.length <= TOKEN_MAX_LENGTH;
  if (isText && !UNREADABLE.test(token)) return token;
  throw invalidField("token", `must be text of at most ${TOKEN_MAX_LENGTH} characters`);
}

function textOf(body: SignalBody, field: string, pattern: RegExp): string {
  const value = body[field];
  if (typeof value === "string" && pattern.test(value)) return value;
  throw invalidField(field, `must be text like ${pattern.source}`);
}

function counterOf(body: SignalBody, field: string): number {
  const value = body[field];
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < COUNTER_END) {
    return value as number;
  }
  throw invalidField(field, "must be a whole number, 0 or more");
}

function flagOf(body: SignalBody, field: string): boolean {
  const value = body[field];
  if (typeof value === "boolean") return value;
  throw invalidField(field, "must be true or false");
}

function oneOf<T extends string>(body: SignalBody, field: string, values: readonly T[]): T {
  const value = body[field];
  if (values.includes(value as T)) return value as T;
  throw invalidField(field, `must be one of ${values.join(", ")}`);
}

function invalidField(field: string, message: string): Problem {
  return new Problem("invalid_signal", `\`${field}\` ${message}.`, [{ field, message }]);
}
