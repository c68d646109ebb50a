/**
 * Each entry of a shard's relay queue is in the account's log once, whenever the coordinator's object ends.
 */
import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it, vi } from "vitest";
import { CoordinatorRecords } from "./coordinator-records.ts";
import type { RelayEntry, ShardName } from "./links.ts";
import { ObjectSql } from "./sql.ts";
import { nodeStorage } from "./testing/node-storage.ts";

/** What only workerd has, and marks what may be called from another object. */
vi.mock("cloudflare:workers", () => ({ RpcTarget: class {} }));

const SHARDS: readonly ShardName[] = [0, 1].map((index) => ({ account: "shop", index }));
const [FIRST, SECOND] = SHARDS as [ShardName, ShardName];

let database: DatabaseSync;
let records: CoordinatorRecords;

/** A new object finds what the one before it has stored. */
function restart(): void {
  records = new CoordinatorRecords({
    sql: new ObjectSql(nodeStorage(database)),
    shards: SHARDS.length,
    onLogChange: () => {},
    onSilence: () => {},
    notifyShards: async () => {},
  });
}

beforeEach(async () => {
  database = new DatabaseSync(":memory:");
  restart();
  for (const shard of SHARDS) await records.registerShard(shard);
});

/** The entry `number` of a session whose first one is `from`. */
function entry(session: string, number: number, { from = 1, ...change }: Changed = {}): RelayEntry {
  const body = JSON.stringify({});
  const rest = { sessionCreatedAt: 0, seq: number - from + 1, at: number, body, terms: null };
  return { number, kind: "live", session, ...rest, ...change };
}
type Changed = Partial<RelayEntry> & { readonly from?: number };

function log(): readonly {
  readonly cursor: number;
  readonly session: string;
  readonly seq: number;
}[] {
  const rows = database
    .prepare("SELECT cursor, session, seq FROM transitions ORDER BY cursor")
    .all();
  return rows as unknown as { cursor: number; session: string; seq: number }[];
}

const changes = () => Number(database.prepare("SELECT total_changes() AS count").get()?.["count"]);

it("writes a row for each entry and hardly any other", async () => {
  await records.relay(FIRST, [entry("a", 1)]);
  const before = changes();
  for (let number = 2; number <= 301; number += 1) await records.relay(FIRST, [entry("a", number)]);
  expect(changes() - before).toBe(303);
});

it("takes no entry twice that it has, however often its object ends", async () => {
  for (let number = 1; number <= 250; number += 1) {
    await records.relay(FIRST, [entry("a", number)]);
    if (number % 10 === 0) await records.relay(SECOND, [entry("b", number / 10)]);
    if (number % 7 === 0) restart();
    // A shard that starts sends its last entries once more.
    const again = [entry("a", Math.max(1, number - 1)), entry("a", number)];
    await records.relay(FIRST, number === 1 ? again.slice(1) : again);
  }
  const of = (session: string) => log().filter((each) => each.session === session);
  expect(of("a").map(({ seq }) => seq)).toEqual(Array.from({ length: 250 }, (_, each) => each + 1));
  expect(of("b").map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, each) => each + 1));
});

it("uses no cursor again and takes no entry twice after the last ones were erased", async () => {
  await records.relay(FIRST, [entry("a", 1)]);
  await records.relay(SECOND, [entry("b", 1)]);
  await records.relay(SECOND, [entry("b", 2), entry("b", 3, { kind: "erased", body: "" })]);
  restart();
  await records.relay(SECOND, [entry("b", 2)]);
  await records.relay(FIRST, [entry("a", 1), entry("a", 2)]);
  expect(log()).toEqual([
    { cursor: 1, session: "a", seq: 1 },
    { cursor: 4, session: "a", seq: 2 },
  ]);
});

it("uses no cursor again and takes no entry twice after the last ones were pruned", async () => {
  await records.relay(FIRST, [entry("a", 1), entry("a", 2)]);
  expect(await records.prune("shop", 1_000, 100)).toBe(2);
  restart();
  await records.relay(FIRST, [entry("a", 1), entry("a", 2), entry("a", 3)]);
  expect(log()).toEqual([{ cursor: 3, session: "a", seq: 3 }]);
});

it("takes entries once that are for the directory alone", async () => {
  const added = { kind: "terms", terms: { added: [7], removed: [] } } as const;
  await records.relay(FIRST, [entry("a", 1), entry("a", 2, added)]);
  await records.relay(FIRST, [
    entry("a", 3, { kind: "terms", terms: { added: [], removed: [7] } }),
  ]);
  restart();
  await records.relay(FIRST, [entry("a", 2, added)]);
  expect(await records.directory("shop", 7, 10)).toEqual([]);
});

it("takes entries again where it could not store them", async () => {
  await records.relay(FIRST, [entry("a", 1)]);
  // No log has two entries of a session with one number.
  const refused = records.relay(FIRST, [entry("a", 2), entry("a", 3, { seq: 1 })]);
  await expect(refused).rejects.toThrow("UNIQUE");
  await records.relay(FIRST, [entry("a", 2), entry("a", 3)]);
  expect(log().map(({ cursor, seq }) => [cursor, seq])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});
