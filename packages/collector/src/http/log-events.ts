/**
 * An account's log as Server-Sent Events, read from a cursor on.
 * @module
 */
import type { LogEntry, Store } from "../stores/store.ts";
import { transitionId, viewTransition } from "./views.ts";

/** A chunk may exceed this by one event. */
const MAX_CHUNK_LENGTH = 64 * 1024;
const FIRST_READ = 10;
const MAX_READ = 100;

export interface LogEventsOptions {
  readonly store: Store;
  readonly account: string;
  /** Events follow after this. */
  readonly cursor: number;
  readonly incarnation: string;
}

export class LogEvents {
  readonly #options: LogEventsOptions;
  #cursor: number;
  /** Of large entries fewer are read, since those that do not fit are dropped. */
  #readLimit = FIRST_READ;

  constructor(options: LogEventsOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** The next events; empty if there are none yet. */
  async next(): Promise<string> {
    const { store, account, incarnation } = this.#options;
    const entries = await store.log(account, this.#cursor, this.#readLimit);
    let chunk = "";
    let count = 0;
    for (const entry of entries) {
      chunk += eventOf(entry, incarnation);
      count += 1;
      this.#cursor = entry.cursor;
      if (chunk.length >= MAX_CHUNK_LENGTH) break;
    }
    const areAllSent = count === entries.length;
    this.#readLimit = areAllSent ? Math.min(MAX_READ, this.#readLimit * 2) : count;
    return chunk;
  }
}

function eventOf(entry: LogEntry, incarnation: string): string {
  return formatEvent(
    "transition",
    viewTransition(entry, incarnation),
    transitionId(entry, incarnation),
  );
}

/** JSON and ids have no line breaks. */
export function formatEvent(name: string, data: unknown, id: string): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\nid: ${id}\n\n`;
}
