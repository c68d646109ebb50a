/**
 * Generated sessions, with changes and erasures, and queries of lists.
 */
import fc from "fast-check";
import type { ListQuery } from "../../list.ts";
import { NOW } from "../case.ts";
import { type ListedSession, VALUES } from "../list-model.ts";

export interface GeneratedLists {
  readonly created: readonly ListedSession[];
  readonly changed: readonly ListedSession[];
  readonly erased: readonly string[];
  readonly queries: readonly ListQuery[];
}

const one = <T>(values: readonly T[]) => fc.constantFrom(...values);

const listed: fc.Arbitrary<ListedSession> = fc.record({
  id: fc.nat({ max: 40 }).map((number) => `conv-${number}`),
  user: one(VALUES.user),
  assignee: one(VALUES.assignee),
  ticket: one(VALUES.ticket),
  group: one(VALUES.group),
  links: fc.subarray([...VALUES.link]),
  tags: fc.subarray([...VALUES.tag]),
  reason: one(VALUES.reason),
  state: one(VALUES.state),
  presence: one(VALUES.presence),
  queue: one(VALUES.queue),
  changedAfterMs: one(VALUES.afterMs),
  queuedAfterMs: one(VALUES.afterMs),
});

const maybe = <T>(values: readonly T[]) =>
  fc.option(one(values.filter((value) => value !== null)), { nil: undefined, freq: 1 });
const time = maybe(VALUES.afterMs).map((ms) => (ms === undefined ? undefined : NOW + ms));

/** Mostly one or two filters: with more hardly anything is found. */
const query = fc
  .record({
    filters: fc.record({
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
      changedAfter: time,
      changedBefore: time,
    }),
    used: fc.nat({ max: 3 }),
    order: fc.infiniteStream(fc.nat()),
    sort: one([undefined, "id", "changed", "waiting"] as const),
    limit: one([1, 2, 5, 100]),
    maxExamined: one([undefined, 1, 4, 16]),
  })
  .map(({ filters, used, order, ...rest }): ListQuery => {
    const ranked = Object.entries(filters)
      .map((entry) => ({ entry, rank: order.next().value as number }))
      .sort((a, b) => a.rank - b.rank);
    return { ...Object.fromEntries(ranked.slice(0, used).map(({ entry }) => entry)), ...rest };
  });

export const generatedLists: fc.Arbitrary<GeneratedLists> = fc
  .record({
    created: fc.uniqueArray(listed, { selector: ({ id }) => id, maxLength: 30 }),
    changed: fc.array(listed, { maxLength: 10 }),
    erased: fc.nat({ max: 5 }),
    queries: fc.array(query, { minLength: 1, maxLength: 12 }),
  })
  .map(({ created, changed, erased, queries }) => ({
    created,
    changed: changed
      .slice(0, created.length)
      .map((each, index) => ({ ...each, id: created[index]?.id ?? "" })),
    erased: created.slice(0, erased).map(({ id }) => id),
    queries,
  }));
