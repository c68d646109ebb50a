/**
 * What the sinks ask of the platform: one request to somebody else's server.
 * @module
 */

export interface PostAnswer {
  readonly status: number;
  /** The header `Retry-After`; null: there is none. */
  readonly retryAfter: string | null;
}

export interface PostLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Why there was no answer. */
export type PostErrorCode =
  | "timeout"
  | "aborted"
  | "target_refused"
  | "name_unknown"
  | "connection_refused"
  | "connection_lost"
  | "unreachable"
  | "tls"
  | "failed";

export class PostError extends Error {
  override name = "PostError";
  readonly code: PostErrorCode;

  constructor(code: PostErrorCode, message: string = code) {
    super(message);
    this.code = code;
  }
}

/**
 * Posts a body and answers as soon as the status is known; follows no redirect.
 * @throws {PostError}
 */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  limits: PostLimits,
) => Promise<PostAnswer>;
