/**
 * From whatever was thrown to a problem that says what to do.
 * @module
 */
import type { ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { StoreError } from "../stores/store.ts";
import type { Env } from "./context.ts";
import { answerProblem, Problem } from "./problem.ts";

/** When to come again while the store is away. */
const RETRY_AFTER_MS = 1_000;

/** `onError` hears of failures that are ours; the caller only sees `unavailable` or `internal`. */
export function answerErrors(onError: (error: unknown) => void): ErrorHandler<Env> {
  return (error, c) => answerProblem(c, problemOf(error, onError));
}

export function problemOf(error: unknown, onError: (error: unknown) => void): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new Problem("not_json", "Send a JSON body as application/json.");
  }
  onError(error);
  if (error instanceof StoreError) {
    const detail = "Try again: the store does not answer, and nothing was changed.";
    return new Problem("unavailable", detail, [], RETRY_AFTER_MS);
  }
  return new Problem("internal", "Try again; the collector's log says more.");
}
