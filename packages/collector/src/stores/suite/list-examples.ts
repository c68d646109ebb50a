/**
 * Sessions and queries from a seed, for a suite that needs no library.
 * @module
 */
import type { ListQuery } from "../list.ts";
import { NOW } from "./case.ts";
import { type ListedSession, VALUES } from "./list-model.ts";

const SESSIONS = 60;
const QUERIES = 150;

export interface ListExamples {
  readonly created: readonly ListedSession[];
  readonly changed: readonly ListedSession[];
  readonly erased: readonly string[];
  readonly queries: readonly ListQuery[];
}

export function exampleLists(seed: number): ListExamples {
  const next = generatorOf(seed);
  const one = <T>(values: readonly T[]): T => values[next() % values.length] as T;
  const chance = (outOf: number) => next() % outOf === 0;
  const session = (number: number): ListedSession => ({
    id: `conv-${number}`,
    user: one(VALUES.user),
    assignee: one(VALUES.assignee),
    ticket: one(VALUES.ticket),
    group: one(VALUES.group),
    links: VALUES.link.filter(() => chance(4)),
    tags: VALUES.tag.filter(() => chance(3)),
    reason: one(VALUES.reason),
    state: one(VALUES.state),
    presence: one(VALUES.presence),
    queue: one(VALUES.queue),
    changedAfterMs: one(VALUES.afterMs),
    queuedAfterMs: one(VALUES.afterMs),
  });
  const query = (): ListQuery => {
    const maybe = <T>(values: readonly (T | null)[]) =>
      chance(5) ? (one(values) ?? undefined) : undefined;
    const time = (values: readonly number[]) => {
      const afterMs = maybe(values);
      return afterMs === undefined ? undefined : NOW + afterMs;
    };
    return {
      state: maybe(VALUES.state),
      presence: maybe(VALUES.presence),
      queue: maybe(VALUES.queue),
      reason: maybe(VALUES.reason),
      assignee: maybe(VALUES.assignee),
      group: maybe(VALUES.group),
      user: maybe(VALUES.user),
      ticket: maybe(VALUES.ticket),
      desk: maybe(VALUES.desk),
      tag: maybe(VALUES.tag),
      text: maybe(VALUES.text),
      changedAfter: time(VALUES.afterMs),
      changedBefore: time(VALUES.afterMs),
      sort: one([undefined, "id", "changed", "waiting"] as const),
      limit: one([1, 3, 10, 100]),
      maxExamined: maybe([4, 16, 64]),
    };
  };
  const created = Array.from({ length: SESSIONS }, (_, number) => session(number));
  return {
    created,
    changed: created.filter(() => chance(3)).map((_, index) => session(index)),
    erased: created.filter(() => chance(6)).map(({ id }) => id),
    queries: [{ limit: 7 }, ...Array.from({ length: QUERIES }, query)],
  };
}

/** Numbers from 0 to 65,535 by a linear congruential generator. */
function generatorOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
}
