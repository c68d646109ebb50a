/**
 * Refusals, as RFC 9457 problems with a stable code. docs/problems.md lists them all.
 * @module
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Every code with its status and title. A code never changes its meaning. */
export const PROBLEMS = {
  not_json: [400, "The body is not JSON"],
  invalid_request: [400, "The request is not as it must be"],
  invalid_signal: [400, "The signal is not as it must be"],
  invalid_settings: [400, "The settings cannot be set"],
  invalid_triggers: [400, "The triggers cannot be used"],
  invalid_cursor: [400, "The cursor is none of ours"],
  unsupported_version: [400, "This version of the wire format is not spoken here"],
  key_missing: [401, "No secret key was given"],
  key_invalid: [401, "The key is not known"],
  token_missing: [401, "No session token was given"],
  token_invalid: [401, "The session token cannot be verified"],
  token_expired: [401, "The session token has expired"],
  token_other_session: [403, "The session token is for another session"],
  binding_unknown: [409, "The conversation has not carried this secret yet"],
  origin_not_allowed: [403, "Pages of this origin may not report"],
  webhook_target_refused: [400, "Webhooks may not be sent there"],
  webhook_name_taken: [409, "Another webhook has this name"],
  webhook_disabled: [409, "The webhook is switched off"],
  too_many_webhooks: [409, "The account has as many webhooks as it may have"],
  not_found: [404, "There is no such thing here"],
  too_large: [413, "The body is too large"],
  too_many_requests: [429, "Too many requests"],
  too_many_sessions: [429, "The account has as many sessions as it may have"],
  unsupported_media_type: [415, "The body has a type that is not read here"],
  unavailable: [503, "The store cannot be reached"],
  internal: [500, "Something went wrong here"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Refuses a request; the detail says what to do. Nothing has been changed when it is thrown. */
export class Problem extends Error {
  override name = "Problem";
  readonly code: ProblemCode;
  /** After how long to try again; for 429. */
  readonly retryAfterMs: number | null;
  /** What is wrong, part by part. */
  readonly errors: readonly { readonly field: string; readonly message: string }[];

  constructor(
    code: ProblemCode,
    detail: string,
    errors: readonly { readonly field: string; readonly message: string }[] = [],
    retryAfterMs: number | null = null,
  ) {
    super(detail);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.errors = errors;
  }
}

/** A refusal as it goes over HTTP. */
export interface ProblemReply {
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function replyOf(problem: Problem): ProblemReply {
  const [status, title] = PROBLEMS[problem.code];
  const body = {
    type: `urn:stillhere:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
  };
  const headers: Record<string, string> = { "Content-Type": "application/problem+json" };
  if (problem.retryAfterMs !== null) {
    headers["Retry-After"] = String(Math.ceil(problem.retryAfterMs / 1000));
  }
  return { status, headers, body: JSON.stringify(body) };
}

export function answerProblem(c: Context, problem: Problem): Response {
  const { status, headers, body } = replyOf(problem);
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  return c.body(body, status);
}
