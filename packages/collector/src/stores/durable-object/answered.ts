/**
 * What is asked of another object, which may not answer.
 * @module
 */
import { StoreError } from "../store.ts";

/** @throws {StoreError} if the object does not answer. */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(`A Durable Object does not answer: ${why}.`);
  }
}
