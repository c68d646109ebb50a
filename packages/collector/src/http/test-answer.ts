/**
 * How a test of a webhook or of a desk went, for the audit log.
 * @module
 */

export interface TestAnswer {
  /** An HTTP status; `null`: there was no answer. */
  readonly response: number | null;
  /** Why there was none, or why it does not count. */
  readonly error: string | null;
}

/** The fields of an entry, without those that say nothing. */
export function answerFields({ response, error }: TestAnswer) {
  return { ...(response !== null && { response }), ...(error !== null && { error }) };
}
