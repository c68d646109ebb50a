/**
 * Errors that the user of the command can fix: one line that says what to do, exit code 2.
 * @module
 */
import { SettingsError } from "../platform/default-account.ts";
import { StoreError } from "../stores/store.ts";

export class UsageError extends Error {
  override name = "UsageError";
}

/** The line to print for a usage error; `null` for others, which are printed with their stack. */
export function usageMessageOf(error: unknown): string | null {
  const isUsage =
    error instanceof UsageError || error instanceof StoreError || error instanceof SettingsError;
  return isUsage ? error.message : null;
}

/** Where a collector listens, by the option that the user would change. */
export interface Listening {
  readonly port: number;
  readonly host: string;
  /** How to choose another port. */
  readonly portOption: string;
}

/** A usage error if the collector cannot listen there; any other error unchanged. */
export function listenError(error: unknown, { port, host, portOption }: Listening): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === "getaddrinfo" || code === "EADDRNOTAVAIL") {
    return new UsageError(`This machine has no address ${host}: choose another with --host.`);
  }
  if (syscall !== "listen") return error;
  if (code === "EADDRINUSE") {
    return new UsageError(`Port ${port} is taken: choose another with ${portOption}.`);
  }
  if (code === "EACCES") {
    return new UsageError(`Port ${port} is reserved: choose one above 1023 with ${portOption}.`);
  }
  return new UsageError(`The collector cannot listen at ${host}, port ${port} (${code}).`);
}
