import type { DurableObjectStorage } from "cloudflare:workers";
import { DatabaseSync } from "node:sqlite";
import { expect, it, vi } from "vitest";
import { CoordinatorRecords } from "../../stores/durable-object/coordinator-records.ts";
import { ObjectSql } from "../../stores/durable-object/sql.ts";
import { nodeStorage } from "../../stores/durable-object/testing/node-storage.ts";
import { Housekeeping } from "./housekeeping.ts";

/** What only workerd has, and marks what may be called from another object. */
vi.mock("cloudflare:workers", () => ({ RpcTarget: class {} }));

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 0, 15, 2, 10);

/** Starts a new object on the same storage with each call. */
function openObjects(): () => Housekeeping {
  const storage: DurableObjectStorage = nodeStorage(new DatabaseSync(":memory:"));
  return () =>
    new Housekeeping(
      new CoordinatorRecords({
        sql: new ObjectSql(storage),
        shards: 1,
        onLogChange: () => {},
        onSilence: () => {},
        notifyShards: async () => {},
      }),
    );
}

it("runs once in each hour of the day, also where each call starts another object", async () => {
  const start = openObjects();
  const runs: number[] = [];
  for (let minute = 0; minute < 180; minute += 1) {
    await start().runIfDue(NOW + minute * MINUTE_MS, [async () => runs.push(minute)]);
  }
  expect(runs).toEqual([0, 50, 110, 170]);
});

it("makes a run again that ended with its object, and one that failed not before the next hour", async () => {
  const start = openObjects();
  const runs: string[] = [];
  const hangs = () => {
    runs.push("hangs");
    return new Promise<never>(() => {});
  };
  const first = start();
  first.runIfDue(NOW, [hangs]);
  await first.runIfDue(NOW + MINUTE_MS, [hangs]);
  expect(runs).toEqual(["hangs"]);
  const fail = async () => {
    runs.push("fails");
    throw new Error("failed by a test");
  };
  await start().runIfDue(NOW + MINUTE_MS, [fail]);
  await start().runIfDue(NOW + 2 * MINUTE_MS, [fail]);
  expect(runs).toEqual(["hangs", "fails"]);
});
