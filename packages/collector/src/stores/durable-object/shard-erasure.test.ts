/**
 * What a shard's relay queue still has of an erased session, once the coordinator has all of it.
 */
import { DatabaseSync } from "node:sqlite";
import { expect, it, vi } from "vitest";
import { keyOf, NOW, sessionOf, transitionOf, writeOf } from "../suite/case.ts";
import type { ShardRecords } from "./shard-records.ts";
import { openShardRecords } from "./testing/open-shard.ts";

/** What only workerd has, and marks what may be called from another object. */
vi.mock("cloudflare:workers", () => ({ RpcTarget: class {} }));

it("is nothing that names it, also where its object wakes in between", async () => {
  const database = new DatabaseSync(":memory:");
  const open = () => openShardRecords(database, NOW);
  const named = () => {
    const rows = database.prepare("SELECT * FROM outbox").all();
    return JSON.stringify(rows).includes("erased-1");
  };
  /** The coordinator takes all that it may not have. */
  const relay = (records: ShardRecords) => {
    const entries = records.relayQueue(100);
    records.dropRelayed(entries.at(-1)?.number ?? 0);
    return entries.map(({ kind, session }) => `${kind} ${session}`);
  };
  for (const wakes of [false, true]) {
    let records = open();
    const write = { session: sessionOf("erased-1", { user: "u_1" }) };
    await records.commit([writeOf("erased-1", { ...write, transitions: [transitionOf(1)] })]);
    if (wakes) relay(records);
    await records.erase(keyOf("erased-1"), { erasedAt: NOW });
    expect(named()).toBe(true);
    if (wakes) records = open();
    expect(relay(records)).toContain("erased erased-1");
    expect(named()).toBe(false);
    // Its number is still above those that the coordinator has.
    const last = records.relayQueue(100).length;
    await records.commit([writeOf("kept", { transitions: [transitionOf(1)] })]);
    expect(records.relayQueue(100).length).toBe(last + 1);
    relay(records);
    await records.erase(keyOf("kept"), { erasedAt: NOW });
    relay(records);
  }
});
