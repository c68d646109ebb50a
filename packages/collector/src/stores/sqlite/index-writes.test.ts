import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { keyOf, NOW, sessionOf, writeOf } from "../suite/case.ts";
import { SqliteStore } from "./sqlite-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-index-writes-"));
const path = join(folder, "sessions.db");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Entries of an index of so many are on many pages. */
const SESSIONS = 4_000;
const FRAME_BYTES = 4_096 + 24;

const pagesInLog = () => statSync(`${path}-wal`).size / FRAME_BYTES;

it("a lease that ends writes its row and the index of deadlines, and no index of lists", async () => {
  const store = await SqliteStore.open(path);
  // Their order by the time of a change, by deadline and by number are three different ones.
  const session = (index: number) =>
    sessionOf(`s${index}`, { changedAt: NOW + ((index * 7) % SESSIONS) });
  const deadlineAt = (index: number) => NOW + ((index * 11) % SESSIONS);
  const writes = Array.from({ length: SESSIONS }, (_, index) =>
    writeOf(`s${index}`, { session: session(index), deadlineAt: deadlineAt(index) }),
  );
  await store.commit(writes);
  const write = async (index: number, changedAt: number) => {
    const before = pagesInLog();
    const ended = { ...session(index), presence: "offline" as const, changedAt };
    await store.load([{ key: keyOf(`s${index}`), eventIds: [] }]);
    const change = { session: ended, expectedVersion: 1, deadlineAt: NOW + 2 * SESSIONS };
    await store.commit([writeOf(`s${index}`, change)]);
    return pagesInLog() - before;
  };
  // The first one writes to a page of the index that the others then share.
  await write(0, session(0).changedAt);
  expect(await write(1_000, session(1_000).changedAt)).toBeLessThanOrEqual(3);
  expect(await write(2_000, NOW + 2 * SESSIONS)).toBeGreaterThanOrEqual(5);
  await store.close();
});
