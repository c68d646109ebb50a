import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { ACCOUNT, keyOf, NOW, transitionOf, writeOf } from "../suite/case.ts";
import { exampleLists } from "../suite/list-examples.ts";
import { checkLists, type ListedSession, writeListed } from "../suite/list-model.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { LISTED_SINCE, makeOlder } from "./testing/older-file.ts";

/** The version whose migration adds the counts of sessions. */
const COUNTED_SINCE = 8;
/** The version whose migration adds the hours of the log. */
const HOURS_SINCE = 13;
const HOUR_MS = 3_600_000;

const folder = mkdtempSync(join(tmpdir(), "stillhere-schema-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOfVersion(version: number): string {
  const path = join(folder, `${version}.db`);
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE kept (value TEXT); INSERT INTO kept VALUES ('as it was');
    PRAGMA user_version = ${version}`);
  database.close();
  return path;
}

function keptIn(path: string): unknown {
  const database = new DatabaseSync(path);
  const kept = database.prepare("SELECT value FROM kept").get()?.["value"];
  database.close();
  return kept;
}

describe("a SQLite file", () => {
  it("is created with all tables, and opened again as it is", async () => {
    const path = join(folder, "fresh.db");
    const store = new SqliteStore(path);
    await store.putAgent("a", { id: "eve", capacity: 3 });
    await store.close();
    const again = new SqliteStore(path);
    expect(await again.agents("a", { limit: 10 })).toEqual([{ id: "eve", capacity: 3 }]);
    await again.close();
  });

  it("without counts gets them from its sessions", async () => {
    const path = join(folder, "uncounted.db");
    const store = new SqliteStore(path);
    await store.commit([writeOf("a"), writeOf("b"), writeOf("x", { key: keyOf("x", "desk") })]);
    await store.close();
    makeOlder(
      path,
      COUNTED_SINCE - 1,
      `DROP TABLE session_counts; DROP TRIGGER sessions_inserted;
       DROP TRIGGER sessions_deleted; DROP TRIGGER sessions_changed;`,
    );
    const again = new SqliteStore(path);
    expect(await again.countByState(ACCOUNT)).toMatchObject({ active: 2, inactive: 0 });
    await again.close();
  });

  it("without the indexes of lists gets them from its sessions", async () => {
    const path = join(folder, "unlisted.db");
    const store = new SqliteStore(path);
    const sessions = exampleLists(1);
    const withoutLinks = (all: readonly ListedSession[]) =>
      all.map((each) => ({ ...each, links: [] }));
    const created = withoutLinks(sessions.created);
    const changed = withoutLinks(sessions.changed);
    const listed = await writeListed(store, created, changed, sessions.erased);
    await store.close();
    makeOlder(path, LISTED_SINCE - 1);
    const again = new SqliteStore(path);
    await checkLists(again, listed, sessions.queries);
    await again.close();
  });

  it("without the hours of its log gets them from its transitions", async () => {
    const path = join(folder, "unindexed.db");
    const store = new SqliteStore(path);
    const at = (seq: number, hour: number) => ({ ...transitionOf(seq), at: NOW + hour * HOUR_MS });
    const transitions = [at(1, 0), at(2, 1), at(3, 2)];
    await store.commit([writeOf("a", { transitions })]);
    await store.close();
    const database = new DatabaseSync(path);
    database.exec(`DROP TABLE log_hours; DROP INDEX sessions_held;
      PRAGMA user_version = ${HOURS_SINCE - 1}`);
    database.close();
    const again = new SqliteStore(path);
    const start = await again.logStart(ACCOUNT, NOW + 2 * HOUR_MS);
    expect((await again.log(ACCOUNT, start, 10)).map(({ transition }) => transition.seq)).toEqual([
      3,
    ]);
    await again.close();
  });

  it("of an unreleased build is refused in one line, and left as it is", () => {
    for (const version of [1, 4]) {
      const path = fileOfVersion(version);
      expect(() => new SqliteStore(path)).toThrow(
        /never released: move it away, or name another file with --store\.$/,
      );
      expect(keptIn(path)).toBe("as it was");
    }
  });

  it("of a newer version is refused, and left as it is", () => {
    const path = fileOfVersion(1_000);
    expect(() => new SqliteStore(path)).toThrow("newer version of stillhere: upgrade");
    expect(keptIn(path)).toBe("as it was");
  });
});
