import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Session } from "../../core/session.ts";
import { RecordErrors } from "../record-error.ts";
import { StoreError, type Write } from "../store.ts";
import { LEASE_MS, sessionWithBeat } from "../suite/case.ts";
import { AccountNumbers } from "./account-numbers.ts";
import { encodeEntries } from "./lease-log-codec.ts";
import { LogHours } from "./log-hours.ts";
import { Sessions } from "./sessions.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { prepareStatements } from "./statements.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-lease-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: SqliteStore[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

let files = 0;
function freshPath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

function open(path: string, minSegmentEntries?: number): SqliteStore {
  const store = new SqliteStore(path, minSegmentEntries === undefined ? {} : { minSegmentEntries });
  opened.push(store);
  return store;
}

const keyOf = (id: string) => ({ account: "a", id });

function write(session: Session, expectedVersion: number, isLease = true): Write {
  const page = session.pages[0];
  const leaseUntil = page?.leaseUntil ?? 0;
  const common = {
    key: keyOf(session.id),
    expectedVersion,
    session,
    shadow: null,
    epoch: 0,
    columns: {
      state: "none" as const,
      presence: "online" as const,
      queue: "none" as const,
      queuedAt: null,
      assignee: null,
      group: null,
      capacityHeld: false,
    },
    deadlineAt: leaseUntil,
    eventIds: [],
    transitions: [],
    shadowTransitions: [],
  };
  if (!isLease) return { ...common, kind: "change" };
  return { ...common, kind: "lease", renewal: { seq: page?.seq ?? 0, leaseUntil } };
}

async function load(store: SqliteStore, id: string) {
  const [found] = await store.load([{ key: keyOf(id), eventIds: [] }]);
  return found?.stored ?? null;
}

describe("a lease that was renewed since its row was written", () => {
  it("is read by this process, by another one, and by the next that opens the file", async () => {
    const path = freshPath();
    const [store, other] = [open(path), open(path)];
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    expect((await load(other, "s"))?.version).toBe(1);
    for (const seq of [2, 3, 4]) {
      expect(await store.commit([write(sessionWithBeat("s", seq, seq * 1_000), seq - 1)])).toEqual([
        "committed",
      ]);
    }
    const next = open(path);
    for (const each of [store, other, next]) {
      expect(await load(each, "s")).toEqual({
        session: sessionWithBeat("s", 4, 4_000),
        shadow: null,
        version: 4,
        epoch: 0,
        deadlineAt: 4_000 + LEASE_MS,
      });
      const listed = await each.list("a", { presence: "online", limit: 1 });
      expect(listed.sessions[0]?.session).toEqual(sessionWithBeat("s", 4, 4_000));
    }
  });

  it("decides conflicts between two processes as a row does", async () => {
    const path = freshPath();
    const [store, other] = [open(path), open(path)];
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await load(other, "s");
    await store.commit([write(sessionWithBeat("s", 2, 3_000), 1)]);
    for (const isLease of [true, false]) {
      const late = write(sessionWithBeat("s", 2, 3_100), 1, isLease);
      expect(await other.commit([late])).toEqual(["conflict"]);
    }
    expect(await other.commit([write(sessionWithBeat("s", 3, 4_000), 2)])).toEqual(["committed"]);
    expect(await store.commit([write(sessionWithBeat("s", 4, 5_000), 2)])).toEqual(["conflict"]);
    expect((await load(store, "s"))?.session).toEqual(sessionWithBeat("s", 3, 4_000));
  });

  it("raises the version once for each write of its session within a batch", async () => {
    const store = open(freshPath());
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    const twice = [
      write(sessionWithBeat("s", 2, 3_000), 1),
      write(sessionWithBeat("s", 3, 3_000), 1),
    ];
    expect(await store.commit(twice)).toEqual(["committed", "conflict"]);
    const row = [
      write(sessionWithBeat("s", 3, 4_000), 2),
      write(sessionWithBeat("s", 4, 5_000), 3, false),
    ];
    expect(await store.commit(row)).toEqual(["committed", "committed"]);
    expect((await load(store, "s"))?.session).toEqual(sessionWithBeat("s", 4, 5_000));
  });

  it("moves a deadline, and never keeps it from passing", async () => {
    const path = freshPath();
    const [store, other] = [open(path), open(path)];
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await store.commit([write(sessionWithBeat("s", 2, 9_000), 1)]);
    for (const each of [store, other]) {
      expect(await each.due(9_000 + LEASE_MS - 1, 10)).toEqual([]);
      expect(await each.due(9_000 + LEASE_MS, 10)).toEqual([keyOf("s")]);
    }
    // A nearer deadline counts immediately.
    const nearer = sessionWithBeat("s", 3, 9_500);
    const page = { ...(nearer.pages[0] as Session["pages"][0]), leaseMs: 10, leaseUntil: 9_510 };
    await store.commit([write({ ...nearer, pages: [page] }, 2)]);
    expect(await other.due(9_510, 10)).toEqual([keyOf("s")]);
  });

  it("survives compaction by two processes while more leases are renewed", async () => {
    const path = freshPath();
    const stores = [open(path, 20), open(path, 20)] as const;
    const ids = Array.from({ length: 50 }, (_, index) => `s_${index}`);
    const versions = new Map(ids.map((id) => [id, 1]));
    await stores[0].commit(ids.map((id) => write(sessionWithBeat(id, 1, 2_000), 0, false)));
    const found = await stores[0].load(ids.map((id) => ({ key: keyOf(id), eventIds: [] })));
    const numbers = new Map(ids.map((id, index) => [id, found[index]?.number ?? 0]));
    for (let round = 0; round < 400; round += 1) {
      const store = stores[round % 2] as SqliteStore;
      const batch = ids
        .filter((_, index) => (index * 7 + round) % 5 === 0)
        .map((id) => {
          const version = versions.get(id) ?? 0;
          versions.set(id, version + 1);
          return { id, version, session: sessionWithBeat(id, version + 1, 2_000 + version * 100) };
        });
      // Alternately by commit and by renew; now and then the row is written too.
      const outcomes =
        round % 3 === 0
          ? await store.renew(
              batch.map(({ id, version, session }) => {
                const number = numbers.get(id) ?? 0;
                const leaseUntil = session.pages[0]?.leaseUntil ?? 0;
                const renewal = { seq: version + 1, leaseUntil, deadlineAt: leaseUntil };
                return { number, expectedVersion: version, ...renewal };
              }),
            )
          : await store.commit(
              batch.map(({ version, session }) => write(session, version, round % 7 !== 0)),
            );
      expect(new Set(outcomes)).toEqual(new Set(["committed"]));
    }
    const next = open(path);
    const ends = ids.map((id) => 1_900 + (versions.get(id) ?? 0) * 100 + LEASE_MS);
    for (const each of [...stores, next]) {
      for (const id of ids) {
        const version = versions.get(id) ?? 0;
        expect(await load(each, id)).toMatchObject({
          session: sessionWithBeat(id, version, 1_900 + version * 100),
          version,
        });
      }
      const [first, last] = [Math.min(...ends), Math.max(...ends)];
      expect(await each.due(first - 1, 100)).toEqual([]);
      expect(await each.due(last, 100)).toHaveLength(ids.length);
    }
    const database = new DatabaseSync(path);
    const rows = database.prepare("SELECT count(*) AS count FROM lease_log").get()?.["count"];
    database.close();
    // 400 batches were appended; those of ended segments are deleted.
    expect(Number(rows)).toBeLessThan(100);
  });

  it("is in the file after every commit of a compaction, for the next process that opens it", async () => {
    const path = freshPath();
    const store = open(path, 20);
    const ids = Array.from({ length: 30 }, (_, index) => `s_${index}`);
    await store.commit(ids.map((id) => write(sessionWithBeat(id, 1, 2_000), 0, false)));
    const versions = new Map(ids.map((id) => [id, 1]));
    const lookups = ids.map((id) => ({ key: keyOf(id), eventIds: [] }));
    // One session for each row of the log, in turn: a row that is deleted too early is missed at once.
    for (let round = 0; round < 150; round += 1) {
      const id = ids[round % ids.length] as string;
      const version = versions.get(id) ?? 0;
      versions.set(id, version + 1);
      const session = sessionWithBeat(id, version + 1, 2_000 + version * 100);
      expect(await store.commit([write(session, version)])).toEqual(["committed"]);
      const next = new SqliteStore(path);
      const found = await next.load(lookups);
      await next.close();
      expect(found.map(({ stored }) => stored?.version)).toEqual([...versions.values()]);
    }
    const database = new DatabaseSync(path);
    const rows = database.prepare("SELECT count(*) AS count FROM lease_log").get()?.["count"];
    database.close();
    expect(Number(rows)).toBeLessThan(100);
  });

  it("is due by the log alone, and its row is found due only once", async () => {
    const path = freshPath();
    const store = open(path);
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await store.commit([write(sessionWithBeat("s", 2, 9_000), 1)]);
    expect(await store.due(2_000 + LEASE_MS, 10)).toEqual([]);
    const database = new DatabaseSync(path);
    expect(database.prepare("SELECT deadline_at FROM sessions").get()).toEqual({
      deadline_at: null,
    });
    database.close();
    for (const each of [store, open(path)]) {
      expect(await each.due(9_000 + LEASE_MS - 1, 10)).toEqual([]);
      expect(await each.due(9_000 + LEASE_MS, 10)).toEqual([keyOf("s")]);
    }
  });

  it("is written to the row where a log entry has no room for it", async () => {
    const store = open(freshPath());
    const ages = sessionWithBeat("s", 1, 2_000);
    const page = ages.pages[0] as Session["pages"][0];
    const leaseMs = 2 ** 33;
    const first = { ...ages, pages: [{ ...page, leaseMs, leaseUntil: 2_000 + leaseMs }] };
    await store.commit([write(first, 0, false)]);
    const next = {
      ...first,
      heardAt: 3_000,
      pages: [{ ...page, seq: 2, leaseMs, leaseUntil: 3_000 + leaseMs }],
    };
    expect(await store.commit([{ ...write(next, 1), deadlineAt: 3_500 }])).toEqual(["committed"]);
    expect((await load(store, "s"))?.session).toEqual(next);
    const [found] = await store.load([{ key: keyOf("s"), eventIds: [] }]);
    const renewal = { seq: 3, leaseUntil: 4_000 + leaseMs, deadlineAt: 4_500 };
    const lease = { number: found?.number ?? 0, expectedVersion: 2, ...renewal };
    expect(await store.renew([lease])).toEqual(["conflict"]);
  });

  it("is kept where the erasure of its session fails half way", async () => {
    const path = freshPath();
    const store = open(path);
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await store.commit([write(sessionWithBeat("s", 2, 9_000), 1)]);
    expect(await store.due(2_000 + LEASE_MS, 10)).toEqual([]);
    const other = new DatabaseSync(path);
    other.exec(`CREATE TRIGGER refuse BEFORE DELETE ON sessions
      BEGIN SELECT RAISE(ABORT, 'not now'); END`);
    await expect(store.erase(keyOf("s"))).rejects.toThrow(StoreError);
    other.exec("DROP TRIGGER refuse");
    other.close();
    expect(await load(store, "s")).toMatchObject({
      version: 2,
      session: sessionWithBeat("s", 2, 9_000),
    });
    expect(await store.due(9_000 + LEASE_MS, 10)).toEqual([keyOf("s")]);
    expect(await store.erase(keyOf("s"))).toBe(true);
  });

  it("does not come back with a new session of the erased one's id", async () => {
    const store = open(freshPath());
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    for (const seq of [2, 3])
      await store.commit([write(sessionWithBeat("s", seq, seq * 1_000), seq - 1)]);
    expect(await store.erase(keyOf("s"))).toBe(true);
    expect(await load(store, "s")).toBeNull();
    await store.commit([write(sessionWithBeat("s", 1, 7_000), 0, false)]);
    expect((await load(store, "s"))?.session).toEqual(sessionWithBeat("s", 1, 7_000));
  });

  it("survives compaction where its session reports no more", async () => {
    const path = freshPath();
    const store = open(path, 20);
    const ids = ["silent", ...Array.from({ length: 10 }, (_, index) => `s_${index}`)];
    await store.commit(ids.map((id) => write(sessionWithBeat(id, 1, 2_000), 0, false)));
    await store.commit([write(sessionWithBeat("silent", 2, 3_000), 1)]);
    for (let version = 1; version < 300; version += 1) {
      await store.commit(
        ids.slice(1).map((id) => write(sessionWithBeat(id, version + 1, 2_000 + version), version)),
      );
    }
    const database = new DatabaseSync(path);
    const [first] = database.prepare("SELECT min(number) AS number FROM lease_log").all();
    database.close();
    expect(Number(first?.["number"])).toBeGreaterThan(200);
    expect((await load(open(path), "silent"))?.session).toEqual(
      sessionWithBeat("silent", 2, 3_000),
    );
  });

  it("is as it was, like the row, after a transaction that failed", async () => {
    const path = freshPath();
    const [store, other] = [open(path), open(path)];
    await store.commit([
      write(sessionWithBeat("a", 1, 2_000), 0, false),
      write(sessionWithBeat("b", 1, 2_000), 0, false),
    ]);
    await store.commit([write(sessionWithBeat("a", 2, 3_000), 1)]);
    const refusing = new DatabaseSync(path);
    // The transaction fails at its end.
    refusing.exec(`CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE children (id REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER refuse AFTER INSERT ON lease_log BEGIN INSERT INTO children VALUES (1); END`);
    const [found] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
    const late = { seq: 3, leaseUntil: 9_000, deadlineAt: 9_000 };
    const lease = { number: found?.number ?? 0, expectedVersion: 2, ...late };
    await expect(store.renew([lease])).rejects.toThrow(StoreError);
    const batch = [
      write(sessionWithBeat("b", 2, 8_000), 1, false),
      { ...write(sessionWithBeat("s", 1, 8_000), 0, false), key: { account: "new", id: "s" } },
      write(sessionWithBeat("a", 3, 8_000), 2),
    ];
    await expect(store.commit(batch)).rejects.toThrow(StoreError);
    expect((await load(store, "a"))?.session).toEqual(sessionWithBeat("a", 2, 3_000));
    expect((await load(store, "b"))?.session).toEqual(sessionWithBeat("b", 1, 2_000));
    refusing.exec("DROP TRIGGER refuse");
    refusing.close();
    // The number that the account would have had goes to another.
    const key = { account: "other", id: "s" };
    await other.commit([{ ...write(sessionWithBeat("s", 1, 8_000), 0, false), key }]);
    expect(await store.commit(batch)).toEqual(["committed", "committed", "committed"]);
    for (const each of [store, other]) {
      expect(await each.count("new")).toBe(1);
      expect(await each.count("other")).toBe(1);
    }
    expect((await load(other, "a"))?.session).toEqual(sessionWithBeat("a", 3, 8_000));
  });

  it("is a conflict after a restart where it expects an older version than the row's", async () => {
    const path = freshPath();
    const store = open(path);
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await store.commit([write(sessionWithBeat("s", 2, 3_000), 1)]);
    await store.commit([write(sessionWithBeat("s", 3, 4_000), 2, false)]);
    const next = open(path);
    const [found] = await next.load([{ key: keyOf("s"), eventIds: [] }]);
    const renewal = { seq: 4, leaseUntil: 9_000, deadlineAt: 9_000 };
    const lease = { number: found?.number ?? 0, ...renewal };
    expect(await next.renew([{ ...lease, expectedVersion: 2 }])).toEqual(["conflict"]);
    expect(await next.renew([{ ...lease, expectedVersion: 3 }])).toEqual(["committed"]);
  });

  it("is not due where another process has written the row since", async () => {
    const path = freshPath();
    const [store, other] = [open(path), open(path)];
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await store.commit([write(sessionWithBeat("s", 2, 3_000), 1)]);
    await other.commit([write(sessionWithBeat("s", 3, 9_000), 2, false)]);
    expect(await store.due(3_000 + LEASE_MS, 10)).toEqual([]);
    expect(await store.due(9_000 + LEASE_MS, 10)).toEqual([keyOf("s")]);
  });

  it("is not due where it was renewed after it had been found due", async () => {
    const store = open(freshPath());
    const ids = ["a", "b", "c"];
    await store.commit(ids.map((id) => write(sessionWithBeat(id, 1, 2_000), 0, false)));
    await store.commit(
      ids.map((id, index) => write(sessionWithBeat(id, 2, 3_000 + index * 100), 1)),
    );
    const now = 3_300 + LEASE_MS;
    expect(await store.due(now, 1)).toEqual([keyOf("a")]);
    await store.commit(["a", "b"].map((id) => write(sessionWithBeat(id, 3, 9_000), 2)));
    expect(await store.due(now, 1)).toEqual([keyOf("c")]);
  });

  it("does not clear the deadline of a row that another process has written meanwhile", async () => {
    const path = freshPath();
    const [store, other] = [open(path), open(path)];
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await store.commit([write(sessionWithBeat("s", 2, 9_000), 1)]);
    const database = new DatabaseSync(path);
    const statements = prepareStatements(database);
    const accounts = new AccountNumbers(statements);
    const sessions = new Sessions(statements, accounts, {
      hours: new LogHours(database),
      unreadable: new RecordErrors(),
    });
    const { due, renewed } = sessions.due(2_000 + LEASE_MS, 10);
    expect(due).toBeNull();
    await other.commit([write(sessionWithBeat("s", 3, 4_000), 2, false)]);
    sessions.clearDeadlines(renewed);
    database.close();
    expect(await store.due(4_000 + LEASE_MS, 10)).toEqual([keyOf("s")]);
  });

  it("counts below a row that was written in the same batch", async () => {
    const store = open(freshPath());
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    const both = [
      write(sessionWithBeat("s", 2, 3_000), 1),
      write(sessionWithBeat("s", 3, 4_000), 2, false),
    ];
    expect(await store.commit(both)).toEqual(["committed", "committed"]);
    const [found] = await store.load([{ key: keyOf("s"), eventIds: [] }]);
    const renewal = { seq: 4, leaseUntil: 9_000, deadlineAt: 9_000 };
    const lease = { number: found?.number ?? 0, ...renewal };
    expect(await store.renew([{ ...lease, expectedVersion: 2 }])).toEqual(["conflict"]);
    expect(await store.renew([{ ...lease, expectedVersion: 3 }])).toEqual(["committed"]);
  });

  it("is not replaced by an older entry that was appended after it", async () => {
    const path = freshPath();
    const store = open(path);
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    await store.commit([write(sessionWithBeat("s", 2, 3_000), 1)]);
    await store.commit([write(sessionWithBeat("s", 3, 4_000), 2)]);
    const [found] = await store.load([{ key: keyOf("s"), eventIds: [] }]);
    const older = {
      version: 2,
      seq: 2,
      leaseUntil: 3_000 + LEASE_MS,
      deadlineAt: 3_000 + LEASE_MS,
    };
    const database = new DatabaseSync(path);
    prepareStatements(database).appendLeaseLog.run(
      encodeEntries(new Map([[found?.number ?? 0, older]])),
    );
    database.close();
    for (const each of [store, open(path)]) {
      expect((await load(each, "s"))?.session).toEqual(sessionWithBeat("s", 3, 4_000));
    }
  });
});

describe("the lease log", () => {
  it("keeps its last row, so that no row's number is used twice", async () => {
    const path = freshPath();
    const store = open(path);
    await store.commit([write(sessionWithBeat("s", 1, 2_000), 0, false)]);
    for (const seq of [2, 3, 4])
      await store.commit([write(sessionWithBeat("s", seq, seq * 1_000), seq - 1)]);
    const database = new DatabaseSync(path);
    prepareStatements(database).deleteLeaseLog.run(1_000, 1_000);
    expect(database.prepare("SELECT number FROM lease_log").all()).toEqual([{ number: 3 }]);
    database.close();
    expect((await load(open(path), "s"))?.session).toEqual(sessionWithBeat("s", 4, 4_000));
  });
});
