/**
 * Errors that the user of the command can fix: one line that says what to do, exit code 2.
 * @module
 */
import { StoreError } from "../stores/store.ts";

export class UsageError extends Error {
  override name = "UsageError";
}

/** The line to print for a usage error; `null` for others, which are printed with their stack. */
export function usageMessageOf(error: unknown): string | null {
  if (error instanceof UsageError || error instanceof StoreError) return error.message;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== "listen") return null;
  if (code === "EADDRINUSE")
    return "The port is taken: choose another with --port (PORT for the demo).";
  return `The collector cannot listen there (${code}): change --host or --port.`;
}
