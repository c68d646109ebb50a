/**
 * Failures that are the caller's to mend: one line that says what to do, exit 2, no stack.
 * @module
 */
import { StoreError } from "../stores/store.ts";

export class UsageError extends Error {
  override name = "UsageError";
}

/** The line to print for a failure; null: it is ours, and the stack is wanted. */
export function lineOf(error: unknown): string | null {
  if (error instanceof UsageError || error instanceof StoreError) return error.message;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== "listen") return null;
  if (code === "EADDRINUSE")
    return "The port is taken: choose another with --port (PORT for the demo).";
  return `The collector cannot listen there (${code}): change --host or --port.`;
}
