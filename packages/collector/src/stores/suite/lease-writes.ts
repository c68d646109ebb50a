/**
 * Leases that are renewed without loading their sessions: the result is that of committing them. A store without
 * `renew` skips the cases.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { LeaseWrite, Store } from "../store.ts";
import {
  type ConformanceCase,
  keyOf,
  LEASE_MS,
  loadOne,
  NOW,
  sessionWithBeat,
  writeOf,
} from "./case.ts";

function leaseOf(number: number, seq: number, now: number): LeaseWrite {
  const leaseUntil = now + LEASE_MS;
  return { number, expectedVersion: seq - 1, seq, leaseUntil, deadlineAt: leaseUntil };
}

/** Creates a session and returns its number. */
async function begin(store: Store, id: string): Promise<number> {
  const deadlineAt = NOW + LEASE_MS;
  await store.commit([writeOf(id, { session: sessionWithBeat(id, 1, NOW), deadlineAt })]);
  const number = (await loadOne(store, id))?.number;
  ok(number !== undefined, "a session that is found has a number");
  return number;
}

function renewing(
  name: string,
  run: (store: Store, renew: NonNullable<Store["renew"]>) => Promise<undefined>,
): ConformanceCase {
  return {
    name,
    async run(open) {
      const store = await open();
      if (!store.renew) return { skipped: "The store has no `renew`." };
      return run(store, store.renew.bind(store));
    },
  };
}

export const renewalCases: readonly ConformanceCase[] = [
  renewing("a renewed lease is loaded, listed and found due", async (store, renew) => {
    const number = await begin(store, "a");
    deepEqual(await renew([leaseOf(number, 2, NOW + 9_000)]), ["committed"]);
    deepEqual(await renew([leaseOf(number, 3, NOW + 12_000)]), ["committed"]);
    const deadlineAt = NOW + 12_000 + LEASE_MS;
    const session = sessionWithBeat("a", 3, NOW + 12_000);
    const stored = { session, shadow: null, version: 3, epoch: 0, deadlineAt };
    deepEqual((await loadOne(store, "a"))?.stored, stored);
    const listed = await store.list(keyOf("a").account, { presence: "online", limit: 1 });
    deepEqual(listed.sessions, [stored]);
    deepEqual(await store.due(deadlineAt - 1, 10), []);
    deepEqual(await store.due(deadlineAt, 10), [keyOf("a")]);
  }),
  renewing("several leases of one session are renewed in order", async (store, renew) => {
    const number = await begin(store, "a");
    const three = [2, 3, 4].map((seq) => leaseOf(number, seq, NOW + seq));
    deepEqual(await renew(three), ["committed", "committed", "committed"]);
    equal((await loadOne(store, "a"))?.stored?.version, 4);
    const again = leaseOf(number, 4, NOW + 9);
    deepEqual(await renew([again, leaseOf(number, 5, NOW + 9)]), ["conflict", "committed"]);
  }),
  renewing("a lease is a conflict where its session has changed since", async (store, renew) => {
    const number = await begin(store, "a");
    const other = await begin(store, "b");
    const session = { ...sessionWithBeat("a", 1, NOW), user: "u" };
    await store.commit([writeOf("a", { expectedVersion: 1, session, deadlineAt: NOW + 5 })]);
    const leases = [leaseOf(number, 2, NOW + 9), leaseOf(other, 2, NOW + 9)];
    deepEqual(await renew(leases), ["conflict", "committed"]);
    equal((await loadOne(store, "a"))?.stored?.session.user, "u");
    deepEqual(await store.due(NOW + 5, 10), [keyOf("a")]);
    deepEqual(await renew([{ ...leaseOf(number, 9, NOW + 9), expectedVersion: 2 }]), ["committed"]);
  }),
  renewing("a write after a renewal has to expect its version", async (store, renew) => {
    const number = await begin(store, "a");
    await renew([leaseOf(number, 2, NOW + 1_000)]);
    const session = { ...sessionWithBeat("a", 2, NOW + 1_000), user: "u" };
    const write = writeOf("a", { session, deadlineAt: NOW + 3 });
    deepEqual(await store.commit([{ ...write, expectedVersion: 1 }]), ["conflict"]);
    deepEqual(await store.commit([{ ...write, expectedVersion: 2 }]), ["committed"]);
    deepEqual((await loadOne(store, "a"))?.stored?.session, session);
    deepEqual(await store.due(NOW + 3, 10), [keyOf("a")]);
    deepEqual(await renew([leaseOf(number, 3, NOW + 2_000)]), ["conflict"]);
  }),
  renewing(
    "sessions are due in the order of their deadlines, renewed or not",
    async (store, renew) => {
      const numbers = [await begin(store, "a"), await begin(store, "b")] as const;
      await begin(store, "c");
      await renew([leaseOf(numbers[0], 2, NOW + 9), leaseOf(numbers[1], 2, NOW + 5)]);
      const all = ["c", "b", "a"].map((id) => keyOf(id));
      deepEqual(await store.due(NOW + 60_000, 10), all);
      deepEqual(await store.due(NOW + 60_000, 2), all.slice(0, 2));
      deepEqual(await store.due(NOW + 60_000, 2), all.slice(0, 2));
      deepEqual(await store.due(NOW + LEASE_MS + 5, 10), all.slice(0, 2));
    },
  ),
  renewing("a session that was erased or never existed is not renewed", async (store, renew) => {
    const number = await begin(store, "a");
    await renew([leaseOf(number, 2, NOW + 1)]);
    await store.erase(keyOf("a"));
    deepEqual(await renew([leaseOf(number, 3, NOW + 2), leaseOf(12_345, 2, NOW)]), [
      "conflict",
      "conflict",
    ]);
    equal((await loadOne(store, "a"))?.stored, null);
    deepEqual(await store.due(NOW + 60_000, 10), []);
    await begin(store, "a");
    deepEqual((await loadOne(store, "a"))?.stored?.session, sessionWithBeat("a", 1, NOW));
    deepEqual(await store.due(NOW + LEASE_MS, 10), [keyOf("a")]);
  }),
];
