import { beforeEach, describe, expect, it } from "vitest";
import type { AdminStore } from "../stores/admin.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { readAudit } from "./audit.ts";
import { Clock } from "./clock.ts";
import { MAX_ENTRIES, PERIOD_MS, Refusals, type RefusedAttempt } from "./refusals.ts";

const ACCOUNT = "default";
const START = Date.UTC(2026, 4, 4, 10);

let nowMs: number;
let store: MemoryStore;
let commits: number;
let isAway: boolean;
let refusals: Refusals;

/** A process on the store. */
function aProcess(): Refusals {
  const { admin: stored } = store;
  const admin: AdminStore = {
    records: (ids) => stored.records(ids),
    audit: (...given) => stored.audit(...given),
    pruneRecords: (...given) => stored.pruneRecords(...given),
    pruneAudit: (...given) => stored.pruneAudit(...given),
    async commit(...given) {
      if (isAway) throw new Error("away");
      commits += 1;
      return stored.commit(...given);
    },
  };
  const clock = new Clock(() => nowMs);
  return new Refusals({ admin, clock, isAccount: (name) => name === ACCOUNT });
}

beforeEach(() => {
  nowMs = START;
  commits = 0;
  isAway = false;
  store = new MemoryStore();
  refusals = aProcess();
});

const anAttempt = (address = "192.0.2.1"): RefusedAttempt => ({
  action: "sign_in_refused",
  by: { address },
  target: "ann",
  to: { email: "ann@example.com" },
});

async function addMany(count: number, attempt = anAttempt): Promise<void> {
  for (let index = 0; index < count; index += 1) await refusals.add(ACCOUNT, attempt());
}

const inLog = () => store.admin.audit(ACCOUNT, null, 10_000);
const counts = async (from = refusals) =>
  (await from.current(ACCOUNT)).map(({ to }) => (to as { count: number }).count);

describe("refused attempts", () => {
  it("of one kind are one entry for an hour, with how many there were and when the last one was", async () => {
    await addMany(11);
    nowMs += 90_000;
    await addMany(1);
    expect(await refusals.current(ACCOUNT)).toMatchObject([
      {
        at: START,
        action: "sign_in_refused",
        by: { address: "192.0.2.1" },
        target: "ann",
        to: { email: "ann@example.com", count: 12, until: "2026-05-04T10:01:30.000Z" },
      },
    ]);
    expect(await inLog()).toEqual([]);
  });

  it("come into the log with the next refusal or reading after that hour, once", async () => {
    await addMany(2);
    const [entry] = await refusals.current(ACCOUNT);
    nowMs += PERIOD_MS;
    await addMany(1);
    expect(await inLog()).toEqual([entry]);
    expect(await counts()).toEqual([1]);
    nowMs += PERIOD_MS;
    expect(await counts()).toEqual([]);
    expect(await inLog()).toHaveLength(2);
    expect(await counts(aProcess())).toEqual([]);
    expect(await inLog()).toHaveLength(2);
  });

  it("of however many addresses make no more entries in an hour than there may be", async () => {
    let made = 0;
    const fromAnywhere = () => anAttempt(`192.0.2.${made++}`);
    await addMany(200, fromAnywhere);
    const entries = await refusals.current(ACCOUNT);
    // One for each kind, and 20 of the others: the process keeps no more kinds than there may be, either.
    expect(commits).toBeLessThanOrEqual(31);
    expect(entries.length).toBeLessThanOrEqual(MAX_ENTRIES);
    const others = entries.find(({ by }) => "address" in by && by.address === null);
    expect(others).toMatchObject({ target: null, to: { count: 190 } });
    // Another process stores as many kinds of its own.
    const second = aProcess();
    for (let index = 0; index < 200; index += 1) await second.add(ACCOUNT, fromAnywhere());
    expect((await counts(second)).length).toBeLessThanOrEqual(MAX_ENTRIES);
    expect((await counts()).reduce((sum, count) => sum + count, 0)).toBe(400);
  });

  it("of a flood are stored together, however fast they come, and none is lost", async () => {
    await addMany(10_000);
    expect(commits).toBeLessThanOrEqual(20);
    expect(await counts()).toEqual([10_000]);
    nowMs += 1_000;
    await addMany(1);
    nowMs += 60_000;
    await addMany(1);
    expect(commits).toBeLessThanOrEqual(22);
    expect(await counts(aProcess())).toEqual([10_002]);
  });

  it("at the same time, at two processes, are all counted", async () => {
    const second = aProcess();
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? refusals : second).add(ACCOUNT, anAttempt()),
      ),
    );
    await counts(second);
    expect(await counts()).toEqual([40]);
  });

  it("of an account that is not there reach no log, though they are stored as others are", async () => {
    await refusals.add("none", anAttempt());
    expect(commits).toBe(1);
    nowMs += PERIOD_MS;
    await refusals.add("none", anAttempt());
    expect(await store.admin.audit("", null, 10)).toEqual([]);
    expect(await store.admin.audit("none", null, 10)).toEqual([]);
  });

  it("are stored after the store was away", async () => {
    isAway = true;
    await expect(refusals.add(ACCOUNT, anAttempt())).rejects.toThrow("away");
    isAway = false;
    await addMany(1);
    expect(await counts()).toEqual([2]);
  });

  it("of the current hour are listed among the entries of the log, newest first, in pages", async () => {
    const append = (id: string) =>
      store.admin.commit(
        ACCOUNT,
        [],
        [
          {
            id,
            at: START,
            by: { cli: "x" },
            action: "signed_in",
            target: null,
            from: null,
            to: null,
          },
        ],
      );
    await addMany(1);
    const current = await refusals.current(ACCOUNT);
    const own = current[0]?.id ?? "";
    const earlier = Array.from({ length: 30 }, (_, index) => `0${String(index).padStart(3, "0")}`);
    for (const id of [...earlier, "f1"]) await append(id);
    const read = (beforeId: string | null, limit: number) =>
      readAudit(store, ACCOUNT, { current, beforeId, limit, isWanted: () => true });
    const all = await read(null, 100);
    expect(all.entries.map(({ id }) => id)).toEqual(["f1", own, ...earlier.toReversed()]);
    expect((await read("f1", 1)).entries.map(({ id }) => id)).toEqual([own]);
    expect((await read(own, 1)).entries.map(({ id }) => id)).toEqual(["0029"]);
  });
});
