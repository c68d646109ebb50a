/**
 * Calls of other Durable Objects, which may fail.
 * @module
 */
import { RecordError } from "../record-error.ts";
import { StoreError } from "../store.ts";

/** @throws {StoreError} if the object does not answer, {@link RecordError} if it threw that. */
export async function remoteCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // RPC keeps no class.
    const [, unreadable] = /^(?:Error: )?RecordError: (.*)$/s.exec(String(error)) ?? [];
    if (unreadable !== undefined) throw new RecordError(unreadable);
    throw new StoreError(`A Durable Object does not answer: ${why}.`);
  }
}
