/**
 * Error responses as RFC 9457 problems with a stable code. docs/problems.md lists all codes.
 * @module
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Every code with its status and title. A code never changes its meaning. */
export const PROBLEMS = {
  not_json: [400, "The body is not JSON"],
  invalid_request: [400, "The request is invalid"],
  invalid_signal: [400, "The signal is invalid"],
  invalid_settings: [400, "The settings are invalid"],
  invalid_triggers: [400, "The triggers are invalid"],
  invalid_cursor: [400, "The cursor is invalid"],
  invalid_period: [400, "The period is invalid"],
  unknown_time_zone: [400, "The time zone is not known"],
  unsupported_version: [400, "This version of the wire format is not supported"],
  key_missing: [401, "The secret key is missing"],
  key_invalid: [401, "The key is unknown"],
  role_missing: [403, "The role does not allow this"],
  sign_in_required: [401, "Nobody is signed in"],
  sign_in_failed: [401, "The sign-in failed"],
  password_wrong: [403, "The password is not the current one"],
  person_unknown: [403, "The person is not known"],
  cross_site_request: [403, "Another site's page has sent the request"],
  invitation_invalid: [404, "The invitation is not valid"],
  secret_key_in_page: [401, "A page has sent a secret key"],
  token_missing: [401, "The session token is missing"],
  token_invalid: [401, "The session token cannot be verified"],
  token_expired: [401, "The session token has expired"],
  token_other_session: [403, "The session token is for another session"],
  binding_unknown: [409, "No message of the conversation has carried this secret yet"],
  origin_not_allowed: [403, "Pages of this origin may not send signals"],
  webhook_target_refused: [400, "Webhooks may not be sent to this URL"],
  webhook_name_taken: [409, "Another webhook has this name"],
  webhook_disabled: [409, "The webhook is disabled"],
  too_many_webhooks: [409, "The account has the maximum number of webhooks"],
  desk_id_taken: [409, "Another account has a desk with this id"],
  too_many_desks: [409, "The account has the maximum number of desks"],
  desk_not_told: [409, "The desk has no outbound"],
  assigned_elsewhere: [409, "The help desk assigns its agents itself"],
  not_at_desk: [409, "The help desk has no such agent or conversation"],
  desk_unavailable: [502, "The help desk has not accepted the request"],
  desk_signature_invalid: [401, "The desk's message is not signed with a secret of this desk"],
  desk_signature_stale: [401, "The desk's message was signed too long ago"],
  last_admin: [409, "The account would be without an admin"],
  account_exists: [409, "There is an account of this name"],
  email_taken: [409, "Another person has this e-mail address"],
  too_many_people: [409, "The account has the maximum number of people"],
  too_many_invitations: [409, "The account has the maximum number of open invitations"],
  too_many_keys: [409, "The account has the maximum number of keys"],
  not_undoable: [409, "The change cannot be undone"],
  changed_meanwhile: [412, "Someone else has changed it meanwhile"],
  not_found: [404, "Not found"],
  store_restored: [410, "The store was restored from a backup"],
  too_large: [413, "The body is too large"],
  too_many_requests: [429, "Too many requests"],
  too_many_streams: [429, "The account has the maximum number of streams"],
  too_many_sessions: [429, "The account has the maximum number of sessions"],
  unsupported_media_type: [415, "The content type is not supported"],
  unavailable: [503, "The store cannot be reached"],
  record_unreadable: [500, "A stored record cannot be read"],
  internal: [500, "Internal error"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Rejects a request; the detail says what to do. A rejected request has changed nothing. */
export class Problem extends Error {
  override name = "Problem";
  readonly code: ProblemCode;
  /** Sent as `Retry-After`. */
  readonly retryAfterMs: number | null;
  /** What is wrong, field by field. */
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

/** A problem as an HTTP response, independent of any framework. */
export interface ProblemReply {
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function problemReplyOf(problem: Problem): ProblemReply {
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

export function problemResponse(c: Context, problem: Problem): Response {
  const { status, headers, body } = problemReplyOf(problem);
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  return c.body(body, status);
}
