/**
 * Cases of refused attempts: those of one kind within an hour are one entry of the audit log, over all processes,
 * and their number in an hour is limited.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Clock } from "../engine/clock.ts";
import { MAX_ENTRIES, PERIOD_MS, Refusals } from "../engine/refusals.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;

const from = (address: string) =>
  ({ action: "sign_in_refused", by: { address }, target: "ann", to: { email: "a@b" } }) as const;

function throwError(error: unknown): never {
  throw error;
}

export const refusalConformanceCases: readonly ConformanceCase[] = [
  {
    name: "refused attempts of two processes are one entry for an hour, which comes into the log once",
    async run(open) {
      const { admin } = await open();
      let now = START;
      const clock = new Clock(() => now);
      const [first, second] = [1, 2].map(
        () => new Refusals({ admin, clock, isAccount: () => true, onError: throwError }),
      ) as [Refusals, Refusals];
      const three = [1, 2, 3];
      await Promise.all(three.map(() => first.add(ACCOUNT, from("192.0.2.1"))));
      await Promise.all(three.map(() => second.add(ACCOUNT, from("192.0.2.1"))));
      const [entry, ...others] = await second.current(ACCOUNT);
      deepEqual(entry?.to, { email: "a@b", count: 6, until: new Date(START).toISOString() });
      equal(others.length, 0);
      deepEqual(await admin.audit(ACCOUNT, null, 10), []);
      now += PERIOD_MS;
      const current = await Promise.all([first.current(ACCOUNT), second.current(ACCOUNT)]);
      deepEqual(current, [[], []]);
      deepEqual(await admin.audit(ACCOUNT, null, 10), [entry]);
      for (let count = 0; count < 2 * MAX_ENTRIES; count += 1) {
        await first.add(ACCOUNT, from(`192.0.2.${count}`));
      }
      const entries = await first.current(ACCOUNT);
      ok(entries.length <= MAX_ENTRIES);
      const counts = entries.map(({ to }) => (to as { count: number }).count);
      equal(
        counts.reduce((sum, count) => sum + count),
        2 * MAX_ENTRIES,
      );
    },
  },
];
