/**
 * Sorts numbers over several turns of the event loop: sorting a million of them at once takes longer
 * than a turn may.
 * @module
 */
import { TurnBudget } from "./turns.ts";

/** Numbers that are sorted or merged in one step. */
const STEP = 1 << 13;

/** The numbers in ascending order. */
export async function sortInTurns(numbers: readonly number[]): Promise<Float64Array> {
  const budget = new TurnBudget();
  let from = new Float64Array(numbers.length);
  for (let start = 0; start < numbers.length; start += STEP) {
    from.set(numbers.slice(start, start + STEP), start);
    from.subarray(start, start + STEP).sort();
    await budget.step();
  }
  let to = new Float64Array(numbers.length);
  for (let run = STEP; run < numbers.length; run *= 2) {
    for (let start = 0; start < numbers.length; start += 2 * run) {
      await mergeRuns(from, to, start, run, budget);
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Merges the sorted runs at `start` and `start + run` of `from` into `to`. */
async function mergeRuns(
  from: Float64Array,
  to: Float64Array,
  start: number,
  run: number,
  budget: TurnBudget,
): Promise<void> {
  const middle = Math.min(start + run, from.length);
  const end = Math.min(start + 2 * run, from.length);
  let [left, right] = [start, middle];
  for (let at = start; at < end; at += 1) {
    const isLeft = right === end || (left < middle && valueAt(from, left) <= valueAt(from, right));
    to[at] = valueAt(from, isLeft ? left++ : right++);
    if ((at & (STEP - 1)) === 0) await budget.step();
  }
}

function valueAt(numbers: Float64Array, index: number): number {
  return numbers[index] as number;
}

/** How many of the sorted numbers are at most `limit`. */
export function countUpTo(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(sorted, middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
