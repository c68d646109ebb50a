/**
 * Beats that were lost with an object are an outage of its shard.
 */
import { DatabaseSync } from "node:sqlite";
import { expect, it, vi } from "vitest";
import { writeOf } from "../suite/case.ts";
import { openShardRecords } from "./testing/open-shard.ts";

/** What only workerd has, and marks what may be called from another object. */
vi.mock("cloudflare:workers", () => ({ RpcTarget: class {} }));

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 0, 15, 12, 34, 56);

it("begins it at a deadline that passed before the oldest of them", async () => {
  const database = new DatabaseSync(":memory:");
  const openAt = (now: number) => openShardRecords(database, now);
  const deadlineAt = NOW + 30_000;
  const first = openAt(NOW);
  await first.commit([writeOf("a", { deadlineAt })]);
  await first.commit([{ ...writeOf("a", { expectedVersion: 1 }), kind: "beats", deadlineAt }]);
  const later = NOW + HOUR_MS;
  const second = openAt(later);
  expect(second.heartbeat(later, 5_000)).toBe(true);
  expect(second.broadcasts.after(0)).toMatchObject([
    { type: "outage", fromAt: deadlineAt, at: later },
  ]);
});
