/**
 * Cases for lists: filtered sessions, the queue, assignments and a user's sessions.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { IndexedColumns, ScanPart } from "../store.ts";
import { ACCOUNT, COLUMNS, type ConformanceCase, keyOf, NOW, writeOf } from "./case.ts";

export const listCases: readonly ConformanceCase[] = [
  {
    name: "lists sessions by id, with filters, and continues after an id",
    async run(open) {
      const store = await open();
      const offline: IndexedColumns = { ...COLUMNS, state: "inactive", presence: "offline" };
      await store.commit([
        writeOf("c"),
        writeOf("a"),
        writeOf("b", { columns: offline }),
        writeOf("d", { columns: { ...COLUMNS, assignee: "ann", queue: "queued", queuedAt: NOW } }),
        writeOf("x", { key: keyOf("x", "desk") }),
      ]);
      const ids = async (query: object) =>
        (await store.list(ACCOUNT, { limit: 10, ...query })).map(({ session }) => session.id);
      deepEqual(await ids({}), ["a", "b", "c", "d"]);
      deepEqual(await ids({ limit: 2 }), ["a", "b"]);
      deepEqual(await ids({ afterId: "b" }), ["c", "d"]);
      deepEqual(await ids({ state: "inactive" }), ["b"]);
      deepEqual(await ids({ presence: "online", queue: "none" }), ["a", "c"]);
      deepEqual(await ids({ assignee: "ann" }), ["d"]);
      deepEqual(await ids({ queue: "queued", afterId: "d" }), []);
    },
  },
  {
    name: "lists the queue by `queuedAt`, then id, of one group or of all",
    async run(open) {
      const store = await open();
      const at = (
        queuedAt: number,
        group: string | null,
        queue: IndexedColumns["queue"] = "queued",
      ) => ({
        columns: { ...COLUMNS, queue, queuedAt, group },
      });
      await store.commit([
        writeOf("third", at(NOW + 2, "vip", "direct")),
        writeOf("b", at(NOW, null)),
        writeOf("a", at(NOW, "vip")),
        writeOf("out", { columns: { ...COLUMNS, queuedAt: NOW - 1 } }),
      ]);
      const ids = async (group: string | null) =>
        (await store.queue(ACCOUNT, group)).map(({ session }) => session.id);
      deepEqual(await ids(null), ["a", "b", "third"]);
      deepEqual(await ids("vip"), ["a", "third"]);
    },
  },
  {
    name: "stores agents with their capacity, and lists assignments",
    async run(open) {
      const store = await open();
      await store.putAgent(ACCOUNT, { id: "bob", capacity: 2 });
      await store.putAgent(ACCOUNT, { id: "ann", capacity: 1 });
      await store.putAgent(ACCOUNT, { id: "bob", capacity: 3 });
      await store.putAgent("desk", { id: "eve", capacity: 9 });
      deepEqual(await store.agents(ACCOUNT), [
        { id: "ann", capacity: 1 },
        { id: "bob", capacity: 3 },
      ]);
      const of = (assignee: string, capacityHeld: boolean) => ({
        columns: { ...COLUMNS, assignee, capacityHeld },
      });
      await store.commit([
        writeOf("z", of("ann", true)),
        writeOf("y", of("bob", false)),
        writeOf("x", of("ann", false)),
        writeOf("w"),
      ]);
      const all = await store.assignments(ACCOUNT);
      deepEqual(all, [
        { agent: "ann", session: "x", capacityHeld: false },
        { agent: "ann", session: "z", capacityHeld: true },
        { agent: "bob", session: "y", capacityHeld: false },
      ]);
      deepEqual(await store.assignments(ACCOUNT, "bob"), all.slice(2));
    },
  },
  {
    name: "scans an account's sessions in parts, each session once",
    async run(open) {
      const store = await open();
      const ids = Array.from({ length: 70 }, (_, number) => `conv ${number}`);
      await store.commit([
        ...ids.map((id) => writeOf(id)),
        writeOf("x", { key: keyOf("x", "desk") }),
      ]);
      const found: string[] = [];
      for (let after: string | null = null; ; ) {
        const part: ScanPart = await store.scan(ACCOUNT, after, 20);
        ok(part.sessions.length <= 20);
        found.push(...part.sessions.map(({ session }) => session.id));
        if (part.next === null) break;
        after = part.next;
      }
      deepEqual(found.toSorted(), ids.toSorted());
      return undefined;
    },
  },
  {
    name: "finds the sessions of a user, and counts the sessions of an account",
    async run(open) {
      const store = await open();
      const of = (user: string | null) => ({ columns: { ...COLUMNS, user } });
      await store.commit([
        writeOf("c", of("u_1")),
        writeOf("a", of("u_1")),
        writeOf("b", of("u_2")),
        writeOf("d", of(null)),
        writeOf("x", { key: keyOf("x", "desk"), ...of("u_1") }),
      ]);
      deepEqual(await store.sessionsOf(ACCOUNT, "u_1"), ["a", "c"]);
      deepEqual(await store.sessionsOf(ACCOUNT, "nobody"), []);
      equal(await store.count(ACCOUNT), 4);
      equal(await store.count("nobody"), 0);
    },
  },
  {
    name: "counts the sessions of an account by state, through changes and erasure",
    async run(open) {
      const store = await open();
      if (!store.countByState) return { skipped: "no countByState" };
      const of = (state: IndexedColumns["state"]) => ({ columns: { ...COLUMNS, state } });
      await store.commit([
        writeOf("a", of("none")),
        writeOf("b", of("active")),
        writeOf("c", of("active")),
        writeOf("x", { key: keyOf("x", "desk"), ...of("active") }),
      ]);
      await store.commit([
        writeOf("a", { expectedVersion: 1, ...of("active") }),
        writeOf("b", { expectedVersion: 1, ...of("inactive") }),
        writeOf("c", { expectedVersion: 7, ...of("ended") }),
      ]);
      deepEqual(await store.countByState(ACCOUNT), { none: 0, active: 2, inactive: 1, ended: 0 });
      await store.erase(keyOf("b"));
      deepEqual(await store.countByState(ACCOUNT), { none: 0, active: 2, inactive: 0, ended: 0 });
      equal(await store.count(ACCOUNT), 2);
    },
  },
];
