import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { createSession, type Page } from "../../core/session.ts";
import { encodeSession } from "../codec.ts";
import { migrate } from "./schema.ts";
import { SqliteStore } from "./sqlite-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-migration-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tables before accounts and sessions had numbers. */
const OLD_VERSION = 2;
/** And before a beat left rows alone. */
const FOLDED_VERSION = 3;
const ENTRY = "[0,0,0,0,1,0,1,1]";

function oldFile(path: string): void {
  const database = new DatabaseSync(path);
  migrate(database, OLD_VERSION);
  const addSession = database.prepare(
    `INSERT INTO sessions (account, id, version, epoch, deadline_at, state, presence, queue,
      queued_at, assignee, grp, user, held, body)
      VALUES (?, ?, 3, 1, ?, 'active', 'online', 'queued', 1000, NULL, 'support', ?, 0, ?)`,
  );
  const addTransition = database.prepare(
    `INSERT INTO transitions (account, track, session, session_created_at, seq, at, body)
      VALUES (?, ?, ?, 1000, ?, 1500, '${ENTRY}')`,
  );
  for (const [account, id] of [
    ["a", "s_1"],
    ["a", "s_2"],
    ["b", "s_1"],
  ] as const) {
    const session = createSession({ id, channel: "web_widget", user: `u_${id}` }, 1_000);
    addSession.run(account, id, 2_000, `u_${id}`, encodeSession(session));
    addTransition.run(account, "live", id, 1);
    addTransition.run(account, "shadow", id, 1);
    database.prepare("INSERT INTO events VALUES (?, ?, 'e')").run(account, id);
  }
  addTransition.run("a", "live", "s_1", 2);
  // The last entry was forgotten; its cursor is not given again.
  addTransition.run("a", "live", "s_1", 3);
  database.exec("DELETE FROM transitions WHERE seq = 3");
  const endpoint = JSON.stringify({ account: "a", id: "w_1", name: "hook" });
  database
    .prepare(
      "INSERT INTO webhooks (account, id, name, body, cursor) VALUES ('a', 'w_1', 'hook', ?, 4)",
    )
    .run(endpoint);
  database.close();
}

describe("a file in which what the last page said stood beside its session", () => {
  const path = join(folder, "folded.db");
  const database = new DatabaseSync(path);
  migrate(database, FOLDED_VERSION);
  const page = { gen: 0, seq: 1, visibility: "visible", leaseMs: 15_000, left: false } as const;
  const session = {
    ...createSession({ id: "s", channel: "web_widget" }, 1_000),
    pages: [
      { ...page, id: "a", leaseUntil: null },
      { ...page, id: "b", leaseUntil: 17_000 },
    ],
    heardAt: 2_000,
  };
  const add = database.prepare(
    `INSERT INTO sessions (account, id, created_at, version, epoch, deadline_at, page_seq, lease_until,
      state, presence, queue, held, body) VALUES (1, ?, 1000, 3, 0, 30000, ?, ?, 1, 1, 0, 0, ?)`,
  );
  database.exec("INSERT INTO account_numbers (name) VALUES ('a')");
  add.run("s", 4, 30_000, encodeSession(session));
  add.run("t", null, null, encodeSession(session));
  // And of the second something was heard since, as it was written then: session 2, version 5.
  database.exec("INSERT INTO renewals (body) VALUES ('[40000,2,5,9,0,-10000]')");
  database.close();

  it("has it in the session, and what was heard since as before", async () => {
    const store = new SqliteStore(path);
    const read = async (id: string) => {
      const [found] = await store.load([{ key: { account: "a", id }, eventIds: [] }]);
      return found?.stored;
    };
    const [a, b] = session.pages as [Page, Page];
    expect(await read("s")).toMatchObject({
      version: 3,
      deadlineAt: 30_000,
      session: { pages: [a, { ...b, seq: 4, leaseUntil: 30_000 }], heardAt: 15_000 },
    });
    expect(await read("t")).toMatchObject({
      version: 5,
      deadlineAt: 30_000,
      session: { pages: [a, { ...b, seq: 9, leaseUntil: 40_000 }], heardAt: 25_000 },
    });
    await store.close();
  });
});

describe("a file from before sessions had numbers", () => {
  const path = join(folder, "old.db");
  oldFile(path);
  const store = new SqliteStore(path);
  afterAll(() => store.close());

  it("has all its sessions, as they were", async () => {
    const key = { account: "b", id: "s_1" };
    const [found] = await store.load([{ key, eventIds: ["e", "f"] }]);
    expect(found?.seenEventIds).toEqual(["e"]);
    expect(found?.stored).toMatchObject({ version: 3, epoch: 1, deadlineAt: 2_000 });
    expect(found?.stored?.session).toMatchObject({ id: "s_1", user: "u_s_1", createdAt: 1_000 });
    expect(await store.count("a")).toBe(2);
    expect(await store.due(2_000, 10)).toHaveLength(3);
    expect(await store.notCaughtUp("a", 2, 10)).toHaveLength(2);
    expect(await store.sessionsOf("a", "u_s_2")).toEqual(["s_2"]);
    const listed = await store.list("a", {
      state: "active",
      presence: "online",
      queue: "queued",
      limit: 10,
    });
    expect(listed.map(({ session }) => session.id)).toEqual(["s_1", "s_2"]);
    expect(await store.queue("a", "support")).toHaveLength(2);
  });

  it("has its history with its cursors, and gives none of them again", async () => {
    const log = await store.log("a", 0, 10);
    expect(log.map(({ session, transition }) => [session, transition.seq])).toEqual([
      ["s_1", 1],
      ["s_2", 1],
      ["s_1", 2],
    ]);
    expect(log.map(({ cursor }) => cursor)).toEqual([1, 3, 7]);
    expect(log[0]).toMatchObject({ sessionCreatedAt: 1_000 });
    expect(await store.history({ account: "b", id: "s_1" }, 0, 10, "shadow")).toHaveLength(1);
    const database = new DatabaseSync(path);
    const sequence = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'transitions'");
    expect(sequence.get()).toEqual({ seq: 8 });
    database.close();
  });

  it("has its webhooks where they stood", async () => {
    expect(await store.outbox.endpoints()).toMatchObject([
      { endpoint: { account: "a", id: "w_1" }, cursor: 4 },
    ]);
  });
});
