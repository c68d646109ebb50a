/**
 * Cases for lists: filtered sessions, the queue, assignments and a user's sessions.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { ListPage, ListPosition, ListQuery } from "../list.ts";
import type { IdPart, IndexedColumns, ScanPart, Write } from "../store.ts";
import { ACCOUNT, COLUMNS, type ConformanceCase, keyOf, NOW, sessionOf, writeOf } from "./case.ts";
import { exampleLists } from "./list-examples.ts";
import { checkLists, writeListed } from "./list-model.ts";

export const listCases: readonly ConformanceCase[] = [
  {
    name: "lists sessions by id, with filters, and continues after a position",
    async run(open) {
      const store = await open();
      const offline: IndexedColumns = { ...COLUMNS, state: "inactive", presence: "offline" };
      await store.commit([
        writeOf("c"),
        writeOf("a"),
        writeOf("b", { columns: offline }),
        writeOf("d", {
          session: sessionOf("d", { assignee: "ann", queuedAt: NOW }),
          columns: { ...COLUMNS, assignee: "ann", queue: "queued", queuedAt: NOW },
        }),
        writeOf("x", { key: keyOf("x", "desk") }),
      ]);
      const ids = async (query: Partial<ListQuery>) =>
        (await store.list(ACCOUNT, { limit: 10, ...query })).sessions.map(
          ({ session }) => session.id,
        );
      deepEqual(await ids({}), ["a", "b", "c", "d"]);
      deepEqual(await ids({ limit: 2 }), ["a", "b"]);
      deepEqual(await ids({ after: { at: 0, id: "b" } }), ["c", "d"]);
      deepEqual(await ids({ state: "inactive" }), ["b"]);
      deepEqual(await ids({ presence: "online", queue: "none" }), ["a", "c"]);
      deepEqual(await ids({ assignee: "ann" }), ["d"]);
      deepEqual(await ids({ queue: "queued", after: { at: 0, id: "d" } }), []);
    },
  },
  {
    name: "says of each page of a list whether another one follows",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a"), writeOf("b"), writeOf("c")]);
      const pageAfter = async (id: string, limit: number) => {
        const { sessions, ...rest } = await store.list(ACCOUNT, { after: { at: 0, id }, limit });
        return { ids: sessions.map(({ session }) => session.id), ...rest };
      };
      const isCutShort = false;
      deepEqual(await pageAfter("", 2), { ids: ["a", "b"], next: { at: 0, id: "b" }, isCutShort });
      deepEqual(await pageAfter("b", 2), { ids: ["c"], next: null, isCutShort });
      deepEqual(await pageAfter("a", 2), { ids: ["b", "c"], next: null, isCutShort });
      deepEqual(await pageAfter("c", 2), { ids: [], next: null, isCutShort });
      return undefined;
    },
  },
  {
    name: "returns the pages of any list that the sessions define, after changes and erasures",
    async run(open) {
      const store = await open();
      const { created, changed, erased, queries } = exampleLists(1);
      const listed = await writeListed(store, created, changed, erased);
      await checkLists(store, listed, queries);
      return undefined;
    },
  },
  {
    name: "ends a page after the number of sessions that may be examined, and continues behind them",
    async run(open) {
      const store = await open();
      const ids = Array.from({ length: 60 }, (_, number) => `conv-${number + 10}`);
      const tags = ["rare"];
      await store.commit(
        ids.map((id, index) => {
          const session = sessionOf(id);
          const ticket = { ...session.ticket, tags: index === 55 ? tags : [] };
          return writeOf(id, { session: { ...session, ticket } });
        }),
      );
      const query = { tag: "rare", limit: 5, maxExamined: 20 } as const;
      const found: string[] = [];
      let pages = 0;
      for (let after: ListPosition | undefined; ; pages += 1) {
        const page: ListPage = await store.list(ACCOUNT, { ...query, after });
        found.push(...page.sessions.map(({ session }) => session.id));
        if (page.next === null) break;
        ok(page.isCutShort);
        after = page.next;
      }
      deepEqual(found, ["conv-65"]);
      ok(pages >= 2);
      return undefined;
    },
  },
  {
    name: "counts the queue, of one group or of all",
    async run(open) {
      const store = await open();
      const at = (group: string | null, queue: IndexedColumns["queue"]) => {
        const session = sessionOf("", { queuedAt: NOW });
        return {
          session: { ...session, ticket: { ...session.ticket, group } },
          columns: { ...COLUMNS, queue, queuedAt: NOW, group },
        };
      };
      const writes = [
        writeOf("a", at("vip", "queued")),
        writeOf("b", at(null, "queued")),
        writeOf("c", at("vip", "direct")),
        writeOf("d", at("vip", "none")),
        writeOf("x", { key: keyOf("x", "desk"), ...at("vip", "queued") }),
      ];
      await store.commit(writes.map((write) => ({ ...write, session: named(write) })));
      deepEqual(await store.countQueue(ACCOUNT), { queued: 2, direct: 1 });
      deepEqual(await store.countQueue(ACCOUNT, "vip"), { queued: 1, direct: 1 });
      deepEqual(await store.countQueue(ACCOUNT, "none"), { queued: 0, direct: 0 });
      deepEqual(await store.countQueue(ACCOUNT, ""), { queued: 0, direct: 0 });
      await store.erase(keyOf("a"));
      deepEqual(await store.countQueue(ACCOUNT, "vip"), { queued: 0, direct: 1 });
      return undefined;
    },
  },
  {
    name: "lists agents in the order of their names' characters, page by page",
    async run(open) {
      const store = await open();
      const sorted = ["!", "a b", "a%", "a-", "a1", "a@b", "ab", "z", "Ágnes", "ｗ", "🙂"];
      // Sessions of those with an even index, and a capacity of the others.
      const assigned = sorted.filter((_, index) => index % 2 === 0);
      const others = sorted.filter((_, index) => index % 2 === 1);
      const writes = assigned.map((assignee, index) =>
        writeOf(`s${index}`, { columns: { ...COLUMNS, assignee } }),
      );
      await store.commit(writes.toReversed());
      for (const id of others.toReversed()) await store.putAgent(ACCOUNT, { id, capacity: 1 });
      const found: string[] = [];
      for (let isMore = true; isMore; ) {
        const afterId = found.at(-1);
        const query = { limit: 2, ...(afterId !== undefined && { afterId }) };
        const page = await store.agents(ACCOUNT, query);
        found.push(...page.map(({ id }) => id));
        isMore = page.length === 2;
      }
      deepEqual(found, sorted);
      return undefined;
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
      const ofAgents = { limit: 10 };
      deepEqual(await store.agents(ACCOUNT, ofAgents), [
        { id: "ann", capacity: 1 },
        { id: "bob", capacity: 3 },
      ]);
      equal(await store.capacityOf(ACCOUNT, "bob"), 3);
      equal(await store.capacityOf(ACCOUNT, "eve"), null);
      const of = (assignee: string, capacityHeld: boolean) => ({
        columns: { ...COLUMNS, assignee, capacityHeld },
      });
      await store.commit([
        writeOf("z", of("ann", true)),
        writeOf("y", of("bob", false)),
        writeOf("x", of("ann", false)),
        writeOf("v", of("a c%e", true)),
        writeOf("w"),
      ]);
      deepEqual(await store.agents(ACCOUNT, ofAgents), [
        { id: "a c%e", capacity: null },
        { id: "ann", capacity: 1 },
        { id: "bob", capacity: 3 },
      ]);
      deepEqual(await store.agents(ACCOUNT, { afterId: "a c%e", limit: 1 }), [
        { id: "ann", capacity: 1 },
      ]);
      deepEqual(await store.agents(ACCOUNT, { afterId: "bob", limit: 1 }), []);
      const sessions = async (agent: string, query: object = {}) =>
        store.assignments(ACCOUNT, agent, { limit: 10, ...query });
      const [x, z] = [
        { session: "x", capacityHeld: false },
        { session: "z", capacityHeld: true },
      ];
      deepEqual(await sessions("ann"), [x, z]);
      deepEqual(await sessions("ann", { limit: 1 }), [x]);
      deepEqual(await sessions("ann", { afterSession: "x" }), [z]);
      deepEqual(await sessions("ann", { isHeld: true }), [z]);
      deepEqual(await sessions("ann", { isHeld: true, afterSession: "z" }), []);
      deepEqual(await sessions("a c%e"), [{ session: "v", capacityHeld: true }]);
      deepEqual(await sessions("nobody"), []);
      await store.commit([writeOf("y", { expectedVersion: 1 })]);
      deepEqual(await sessions("bob"), []);
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
      const of = (id: string, user: string | null, account = ACCOUNT) =>
        writeOf(id, { key: keyOf(id, account), session: sessionOf(id, { user }) });
      await store.commit([
        of("c", "u_1"),
        of("a", "u_1"),
        of("b", "u_2"),
        of("d", null),
        of("x", "u_1", "desk"),
      ]);
      const sessionsOf = async (user: string, limit: number) => {
        const found: string[] = [];
        for (let after: string | null = null; ; ) {
          const part: IdPart = await store.sessionsOf(ACCOUNT, user, after, limit);
          ok(part.ids.length <= limit);
          found.push(...part.ids);
          if (part.next === null) return found.sort();
          after = part.next;
        }
      };
      deepEqual(await sessionsOf("u_1", 10), ["a", "c"]);
      deepEqual(await sessionsOf("u_1", 1), ["a", "c"]);
      deepEqual(await sessionsOf("nobody", 1), []);
      equal(await store.count(ACCOUNT), 4);
      equal(await store.count("nobody"), 0);
      const moved = sessionOf("a", { user: "u_2" });
      await store.commit([writeOf("a", { session: moved, expectedVersion: 1 })]);
      await store.erase(keyOf("b"));
      deepEqual(await sessionsOf("u_1", 10), ["c"]);
      deepEqual(await sessionsOf("u_2", 10), ["a"]);
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

/** The session of the write, with the write's id. */
function named({ key, session }: Write) {
  return { ...session, id: key.id };
}
