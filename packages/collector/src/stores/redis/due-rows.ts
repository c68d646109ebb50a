/**
 * Sessions of an account that are due, as its partitions answer: of all of them the most overdue ones.
 * @module
 */
import { tuplesOf } from "./pairs.ts";

/** A session that is due, as its partition has it. */
export interface DueRow {
  readonly deadlineAt: number;
  readonly id: string;
  readonly record: string;
}

export class DueRows {
  readonly #limit: number;
  #first: readonly DueRow[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds the reply of a partition: deadline, id and record of each session. */
  add(reply: readonly string[]): void {
    const rows = tuplesOf(reply, 3).map(
      ([deadlineAt, id = "", record = ""]): DueRow => ({
        deadlineAt: Number(deadlineAt),
        id,
        record,
      }),
    );
    const all = [...this.#first, ...rows].sort((a, b) => a.deadlineAt - b.deadlineAt);
    this.#first = all.slice(0, this.#limit);
  }

  /** At most as many as the limit, the most overdue first. */
  get first(): readonly DueRow[] {
    return this.#first;
  }
}
