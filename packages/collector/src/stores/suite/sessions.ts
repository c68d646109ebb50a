/**
 * Cases for sessions: atomic commits, loading, and erasing a session with everything about it.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ERASURE_KEPT_MS } from "../erasure.ts";
import {
  ACCOUNT,
  type ConformanceCase,
  keyOf,
  loadOne,
  NOW,
  sessionOf,
  transitionOf,
  writeOf,
} from "./case.ts";

export const sessionCases: readonly ConformanceCase[] = [
  {
    name: "loads committed sessions in the order of the lookups",
    async run(open) {
      const store = await open();
      const session = sessionOf("a", { user: "u_1", seq: 3, pages: [], causes: [] });
      const shadow = sessionOf("a", { presence: "offline" });
      await store.commit([writeOf("a", { session, shadow, epoch: 4, deadlineAt: NOW + 5 })]);
      const found = await store.load([
        { key: keyOf("b"), eventIds: [] },
        { key: keyOf("a"), eventIds: [] },
      ]);
      deepEqual(found[0], { stored: null, seenEventIds: [] });
      deepEqual(found[1]?.stored, { session, shadow, version: 1, epoch: 4, deadlineAt: NOW + 5 });
      deepEqual(found[1]?.seenEventIds, []);
    },
  },
  {
    name: "a write on an old version is a conflict and changes nothing",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a")]);
      const first = writeOf("a", { expectedVersion: 1, session: sessionOf("a", { user: "x" }) });
      const second = writeOf("a", {
        expectedVersion: 1,
        session: sessionOf("a", { user: "y" }),
        deadlineAt: NOW,
        eventIds: ["e"],
        transitions: [transitionOf(1)],
      });
      deepEqual(await store.commit([first]), ["committed"]);
      deepEqual(await store.commit([second]), ["conflict"]);
      const found = await loadOne(store, "a", ["e"]);
      equal(found?.stored?.session.user, "x");
      equal(found?.stored?.version, 2);
      deepEqual(found?.seenEventIds, []);
      deepEqual(await store.due(NOW, 10), []);
      deepEqual(await store.history(keyOf("a"), 0, 10), []);
    },
  },
  {
    name: "only one of two writes that create the same session is committed",
    async run(open) {
      const store = await open();
      deepEqual(await store.commit([writeOf("a"), writeOf("a")]), ["committed", "conflict"]);
    },
  },
  {
    name: "a conflict in a batch does not affect the other writes",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a")]);
      const outcomes = await store.commit([writeOf("a"), writeOf("b"), writeOf("c")]);
      deepEqual(outcomes, ["conflict", "committed", "committed"]);
      ok((await loadOne(store, "c"))?.stored);
    },
  },
  {
    name: "remembers event ids per session",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a", { eventIds: ["e1", "e2"] }), writeOf("b")]);
      deepEqual((await loadOne(store, "a", ["e2", "e3", "e1"]))?.seenEventIds, ["e2", "e1"]);
      deepEqual((await loadOne(store, "b", ["e1"]))?.seenEventIds, []);
    },
  },
  {
    name: "a write on an erased session is a conflict",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a")]);
      equal(await store.erase(keyOf("a")), true);
      deepEqual(await store.commit([writeOf("a", { expectedVersion: 1 })]), ["conflict"]);
    },
  },
  {
    name: "erasing deletes everything about one session and nothing about another",
    async run(open) {
      const store = await open();
      const full = { deadlineAt: NOW, eventIds: ["e"], transitions: [transitionOf(1)] };
      await store.commit([writeOf("a", full), writeOf("b", full)]);
      equal(await store.erase(keyOf("a")), true);
      equal(await store.erase(keyOf("a")), false);
      deepEqual(await loadOne(store, "a", ["e"]), { stored: null, seenEventIds: [] });
      deepEqual(await store.due(NOW, 10), [keyOf("b")]);
      deepEqual(
        (await store.log(ACCOUNT, 0, 10)).map(({ session }) => session),
        ["b"],
      );
      deepEqual(await store.commit([writeOf("a", full)]), ["committed"]);
    },
  },
  {
    name: "erases a session only in the version that is given",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a", { transitions: [transitionOf(1)] })]);
      await store.commit([writeOf("a", { expectedVersion: 1 })]);
      equal(await store.erase(keyOf("a"), { erasedAt: NOW, expectedVersion: 1 }), false);
      equal((await loadOne(store, "a"))?.stored?.version, 2);
      equal((await store.history(keyOf("a"), 0, 10)).length, 1);
      equal(await store.erase(keyOf("a"), { erasedAt: NOW, expectedVersion: 2 }), true);
      equal((await loadOne(store, "a"))?.stored, null);
      equal(await store.erase(keyOf("a"), { expectedVersion: 2 }), false);
      return undefined;
    },
  },
  {
    name: "remembers for 8 days when a session was erased, for those who ask",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a"), writeOf("b"), writeOf("c")]);
      const erasedAt = async (id: string, account = ACCOUNT) => {
        const key = keyOf(id, account);
        const [found] = await store.load([{ key, eventIds: [], withErasure: true }]);
        return found?.erasedAt;
      };
      equal(await store.erase(keyOf("a"), { erasedAt: NOW }), true);
      equal(await store.erase(keyOf("b")), true);
      equal(await store.erase(keyOf("none"), { erasedAt: NOW }), false);
      equal(await erasedAt("a"), NOW);
      deepEqual(await loadOne(store, "a"), { stored: null, seenEventIds: [] });
      deepEqual(await Promise.all(["b", "c", "none"].map((id) => erasedAt(id))), [
        undefined,
        undefined,
        undefined,
      ]);
      equal(await erasedAt("a", "other"), undefined);
      // A session that exists was not erased, whatever was before.
      await store.commit([writeOf("a")]);
      equal(await erasedAt("a"), undefined);
      equal(await store.erase(keyOf("a"), { erasedAt: NOW + 5_000 }), true);
      equal(await erasedAt("a"), NOW + 5_000);
      // A later erasure may forget those that are older than 8 days, and no others.
      equal(await store.erase(keyOf("c"), { erasedAt: NOW + 5_000 + ERASURE_KEPT_MS }), true);
      equal(await erasedAt("a"), NOW + 5_000);
    },
  },
  {
    name: "accepts ids with spaces, braces and non-ASCII letters",
    async run(open) {
      const store = await open();
      const key = keyOf('{ö} 1: "2"', "the shop {ä}");
      const transitions = [transitionOf(1)];
      const write = { key, deadlineAt: NOW, eventIds: ["é 1"], transitions };
      deepEqual(await store.commit([writeOf(key.id, write)]), ["committed"]);
      deepEqual((await store.load([{ key, eventIds: ["é 1"] }]))[0]?.seenEventIds, ["é 1"]);
      deepEqual(await store.due(NOW, 10), [key]);
      deepEqual(await store.notCaughtUp(key.account, 1, 10), [key]);
      const [listed] = (await store.list(key.account, { limit: 10 })).sessions;
      equal(listed?.session.id, key.id);
      equal((await store.log(key.account, 0, 10))[0]?.session, key.id);
      equal(await store.erase(key), true);
      deepEqual(await store.history(key, 0, 10), []);
      deepEqual(await store.due(NOW, 10), []);
    },
  },
];
