/**
 * Calls of other Durable Objects, which may fail.
 * @module
 */
import { StoreError } from "../store.ts";

/** @throws {StoreError} if the object does not answer. */
export async function remoteCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(`A Durable Object does not answer: ${why}.`);
  }
}
