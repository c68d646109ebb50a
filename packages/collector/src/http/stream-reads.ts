/**
 * Limits the reads of the log by the streams of a collector. One commit wakes a thousand streams, and a store
 * that answers their reads together would have all answers decoded in one turn of the event loop.
 * @module
 */
import { Slots } from "../async/slots.ts";
import { SharedTurns } from "../async/turns.ts";

/** Reads at the same time. */
export const MAX_STREAM_READS = 16;

export class StreamReads {
  readonly #slots = new Slots(MAX_STREAM_READS);
  readonly #turns = new SharedTurns();

  /** Runs a read once it may start, after those that were given before. */
  run<T>(read: () => Promise<T>): Promise<T> {
    return this.#slots.run(async () => {
      await this.#turns.next();
      return read();
    });
  }
}
