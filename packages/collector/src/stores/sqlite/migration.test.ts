import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { createSession } from "../../core/session.ts";
import { encodeSession } from "../codec.ts";
import { migrate } from "./schema.ts";
import { SqliteStore } from "./sqlite-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-migration-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tables before accounts and sessions had numbers. */
const OLD_VERSION = 2;
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
    expect(await store.behind("a", 2, 10)).toHaveLength(2);
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
