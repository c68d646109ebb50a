/**
 * What a shard does with all of its sessions is divided over turns. Its own code runs on SQLite as Node has it.
 */

import { DatabaseSync } from "node:sqlite";
import { expect, it, vi } from "vitest";
import { TurnShares } from "../../platform/testing/turn-shares.ts";
import { COLUMNS, NOW, sessionOf, writeOf } from "../suite/case.ts";
import { listOlder } from "./list-older.ts";
import type { ShardRecords } from "./shard-records.ts";
import { openShardRecords } from "./testing/open-shard.ts";

/** What only workerd has, and marks what may be called from another object. */
vi.mock("cloudflare:workers", () => ({ RpcTarget: class {} }));

async function openShard(
  count: number,
): Promise<{ records: ShardRecords; database: DatabaseSync }> {
  const database = new DatabaseSync(":memory:");
  const records = openShardRecords(database, NOW);
  const session = sessionOf("a", { queuedAt: NOW, user: "u_1" });
  const columns = { ...COLUMNS, queue: "queued", queuedAt: NOW } as const;
  await records.commit([writeOf("a", { session, columns })]);
  const names = database
    .prepare("SELECT name FROM pragma_table_info('sessions') WHERE name NOT IN ('id', 'terms')")
    .all()
    .map((row) => String(row["name"]));
  // Without terms, as earlier versions stored them.
  database.exec(`INSERT INTO sessions (id, ${names.join()})
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count - 1})
    SELECT 's_' || n, ${names.join()} FROM sessions, numbers`);
  return { records, database };
}

async function largestShare(shares: TurnShares, work: () => Promise<unknown>): Promise<number> {
  const found = await shares.of(work);
  expect(found.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(2);
  return Math.max(...found);
}

it("counts all sessions and those that wait, a part in each turn", async () => {
  const { records } = await openShard(3_500);
  expect(await records.count()).toBe(3_500);
  expect(await records.countQueue(null)).toEqual({ queued: 3_500, direct: 0 });
  expect(await records.countQueue("another group")).toEqual({ queued: 0, direct: 0 });
  const shares = new TurnShares();
  shares.onStatement("LIMIT ?");
  expect(await largestShare(shares, () => records.count())).toBe(1);
  const others = new TurnShares();
  others.onStatement("LIMIT ?");
  expect(await largestShare(others, () => records.countQueue(null))).toBe(1);
});

it("adds older sessions to the directory, a part in each turn", async () => {
  const { records, database } = await openShard(450);
  const shares = new TurnShares();
  shares.onCall(records, "listOlder");
  expect(await largestShare(shares, () => listOlder(records, async () => {}))).toBe(1);
  expect(
    database.prepare("SELECT count(*) AS left FROM sessions WHERE terms IS NULL").get(),
  ).toEqual({
    left: 0,
  });
});
