/**
 * Cases for a session's history and the account's log.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Track } from "../../core/lists.ts";
import { ACCOUNT, type ConformanceCase, keyOf, NOW, transitionOf, writeOf } from "./case.ts";

const HOUR_MS = 3_600_000;

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
    name: "knows where in the log a period begins",
    async run(open) {
      const store = await open();
      const at = (seq: number, hours: number) => ({
        ...transitionOf(seq),
        at: NOW + hours * HOUR_MS,
      });
      await store.commit([writeOf("a", { transitions: [at(1, 0), at(2, 1)] })]);
      await store.commit([
        writeOf("b", { transitions: [at(1, 0), at(2, 3)], shadowTransitions: [at(1, 2)] }),
      ]);
      const from = async (hours: number, track?: Track) => {
        const start = await store.logStart(ACCOUNT, NOW + hours * HOUR_MS, track);
        const read = await store.log(ACCOUNT, start, 10, track);
        return read
          .filter(({ transition }) => transition.at >= NOW + hours * HOUR_MS)
          .map(({ session, transition }) => `${session}${transition.seq}`);
      };
      deepEqual(await from(0), ["a1", "a2", "b1", "b2"]);
      deepEqual(await from(1), ["a2", "b2"]);
      deepEqual(await from(3), ["b2"]);
      deepEqual(await from(4), []);
      deepEqual(await from(1, "shadow"), ["b1"]);
      deepEqual(await from(3, "shadow"), []);
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
