/**
 * Cases for a session's history and the account's log.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, transitionOf, writeOf } from "./case.ts";

export const logCases: readonly ConformanceCase[] = [
  {
    name: "reads a session's history by seq and the account's log by cursor",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a", { transitions: [transitionOf(1), transitionOf(2)] })]);
      await store.commit([writeOf("b", { transitions: [transitionOf(1)] })]);
      await store.commit([
        writeOf("a", { expectedVersion: 1, transitions: [transitionOf(3)] }),
        writeOf("x", { key: keyOf("x", "desk"), transitions: [transitionOf(1)] }),
      ]);
      const history = await store.history(keyOf("a"), 1, 10);
      deepEqual(
        history.map(({ transition }) => transition),
        [transitionOf(2), transitionOf(3)],
      );
      equal((await store.history(keyOf("a"), 0, 1)).length, 1);
      equal(history[0]?.sessionCreatedAt, NOW);
      const log = await store.log(ACCOUNT, 0, 10);
      deepEqual(
        log.map(({ session, transition }) => `${session}${transition.seq}`),
        ["a1", "a2", "b1", "a3"],
      );
      ok(log.every(({ cursor }, index) => index === 0 || cursor > (log[index - 1]?.cursor ?? 0)));
      equal(await store.lastCursor(ACCOUNT), log[3]?.cursor);
      equal(await store.lastCursor("nobody"), 0);
      const rest = await store.log(ACCOUNT, log[1]?.cursor ?? 0, 1);
      equal(rest[0]?.session, "b");
    },
  },
  {
    name: "keeps shadow transitions in a separate history and log",
    async run(open) {
      const store = await open();
      const shadowTransitions = [transitionOf(1), transitionOf(2)];
      await store.commit([writeOf("a", { transitions: [transitionOf(1)], shadowTransitions })]);
      equal((await store.history(keyOf("a"), 0, 10)).length, 1);
      equal((await store.log(ACCOUNT, 0, 10)).length, 1);
      equal((await store.history(keyOf("a"), 0, 10, "shadow")).length, 2);
      const log = await store.log(ACCOUNT, 0, 10, "shadow");
      deepEqual(
        log.map(({ transition }) => transition),
        shadowTransitions,
      );
    },
  },
  {
    name: "prunes the old log entries of one account only",
    async run(open) {
      const store = await open();
      const transitions = [transitionOf(1), transitionOf(2), transitionOf(3)];
      await store.commit([
        writeOf("a", { transitions, shadowTransitions: [transitionOf(1)] }),
        writeOf("x", { key: keyOf("x", "desk"), transitions }),
      ]);
      equal(await store.prune(ACCOUNT, NOW + 3, 100), 3);
      equal(await store.prune(ACCOUNT, NOW + 3, 100), 0);
      const left = await store.history(keyOf("a"), 0, 10);
      deepEqual(
        left.map(({ transition }) => transition.seq),
        [3],
      );
      deepEqual(await store.history(keyOf("a"), 0, 10, "shadow"), []);
      equal((await store.log("desk", 0, 10)).length, 3);
    },
  },
];
