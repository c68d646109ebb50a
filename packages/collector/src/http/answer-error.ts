/**
 * Maps any thrown error to a problem response that tells the client what to do.
 * @module
 */
import type { ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { RecordError } from "../stores/record-error.ts";
import { StoreError } from "../stores/store.ts";
import type { Env } from "./context.ts";
import { Problem, problemResponse } from "./problem.ts";

/** `Retry-After` while the store is unavailable. */
const RETRY_AFTER_MS = 1_000;
/** The same for a record that an operator has to look at. */
const RETRY_RECORD_AFTER_MS = 60_000;

/** The codes of a body that ends early, because the client has disconnected or was too slow. */
const INCOMPLETE_BODY = new Set(["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"]);

/** `onError` receives server-side errors; the client only sees a code. */
export function createErrorHandler(onError: (error: unknown) => void): ErrorHandler<Env> {
  return (error, c) => problemResponse(c, problemOf(error, onError));
}

export function problemOf(error: unknown, onError: (error: unknown) => void): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new Problem("not_json", "Send a JSON body as application/json.");
  }
  if (!(error instanceof StoreError) && INCOMPLETE_BODY.has((error as { code: string }).code)) {
    return new Problem("not_json", "Send the whole body.");
  }
  onError(error);
  if (error instanceof StoreError) {
    const detail = "Try again: the store does not answer, and nothing was changed.";
    return new Problem("unavailable", detail, [], RETRY_AFTER_MS);
  }
  if (error instanceof RecordError) {
    const detail =
      "What is stored of this cannot be read, and nothing was changed: the collector's log names the record and what to do.";
    return new Problem("record_unreadable", detail, [], RETRY_RECORD_AFTER_MS);
  }
  return new Problem("internal", "Try again; the collector's log says more.");
}
