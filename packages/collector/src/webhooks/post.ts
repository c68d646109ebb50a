/**
 * The interface between the webhook sender and the platform: one HTTP POST to an external server.
 * @module
 */

export interface PostAnswer {
  readonly status: number;
  /** The header `Retry-After`; `null` if absent. */
  readonly retryAfter: string | null;
}

export interface PostLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Why there was no response. */
export type PostErrorCode =
  | "timeout"
  | "aborted"
  | "target_refused"
  | "name_unknown"
  | "connection_refused"
  | "connection_lost"
  | "unreachable"
  | "tls"
  | "invalid_response"
  | "proxy_failed"
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
 * Posts a body and resolves as soon as the status is known; does not follow redirects. The response's
 * body is not used.
 * @throws {PostError}
 */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  limits: PostLimits,
) => Promise<PostAnswer>;
