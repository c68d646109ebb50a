import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AdminStore, AuditEntry } from "../stores/admin.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { AUDIT_KEPT_MS, readAudit } from "./audit.ts";
import { Clock } from "./clock.ts";
import {
  MAX_ENTRIES,
  PERIOD_MS,
  Refusals,
  type RefusedAttempt,
  STORE_EVERY_MS,
} from "./refusals.ts";

const ACCOUNT = "default";
const START = Date.UTC(2026, 4, 4, 10);

let nowMs: number;
let store: MemoryStore;
let commits: number;
let isAway: boolean;
let refusals: Refusals;
/** What failed when no request waited for it. */
let errors: unknown[];

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
  const isAccount = (name: string) => name === ACCOUNT;
  return new Refusals({ admin, clock, isAccount, onError: (error) => errors.push(error) });
}

beforeEach(() => {
  nowMs = START;
  commits = 0;
  isAway = false;
  errors = [];
  store = new MemoryStore();
  refusals = aProcess();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
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
const countOf = ({ to }: AuditEntry) => (to as { count: number }).count;
const counts = async (from = refusals) => (await from.current(ACCOUNT)).map(countOf);

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
    expect(commits).toBeLessThanOrEqual(21);
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

  it("of a flood are stored within a minute by themselves, and another process reads all of them", async () => {
    await addMany(30);
    expect(await counts(aProcess())).toEqual([20]);
    await vi.advanceTimersByTimeAsync(STORE_EVERY_MS);
    expect(await counts(aProcess())).toEqual([30]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are stored a minute after the store was away, though no other comes", async () => {
    await addMany(30);
    isAway = true;
    await vi.advanceTimersByTimeAsync(STORE_EVERY_MS);
    expect(errors).toEqual([new Error("away")]);
    isAway = false;
    await vi.advanceTimersByTimeAsync(STORE_EVERY_MS);
    expect(await counts(aProcess())).toEqual([30]);
  });

  it("are all stored when the collector closes", async () => {
    await addMany(30);
    await refusals.close();
    expect(await counts(aProcess())).toEqual([30]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leave no timer where the store is away when the collector closes", async () => {
    await addMany(30);
    isAway = true;
    await refusals.close();
    expect(errors).toEqual([new Error("away")]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are stored with the attempt or later by their number alone, whatever name they are for", async () => {
    await addMany(30);
    const before = commits;
    await refusals.add(ACCOUNT, {
      ...anAttempt(),
      target: "ben",
      to: { email: "ben@example.com" },
    });
    await refusals.add("none", anAttempt());
    expect(commits).toBe(before);
  });

  it("of a kind that is new in this hour have an entry of their own, whatever kinds there were before", async () => {
    let made = 0;
    await addMany(MAX_ENTRIES, () => anAttempt(`192.0.2.${made++}`));
    nowMs += 7 * 24 * PERIOD_MS;
    const again = anAttempt("198.51.100.1");
    await addMany(1, () => again);
    expect(await refusals.current(ACCOUNT)).toMatchObject([{ by: again.by, to: { count: 1 } }]);
  });

  it("of an earlier hour that are not stored yet are not counted with those of this one", async () => {
    await addMany(30);
    nowMs += 24 * PERIOD_MS;
    await addMany(1);
    expect(await counts()).toEqual([1]);
    expect(await refusals.current(ACCOUNT)).toMatchObject([{ at: nowMs }]);
    const until = "2026-05-04T10:00:00.000Z";
    const before = (await inLog()).toSorted((a, b) => countOf(b) - countOf(a));
    expect(before).toMatchObject([
      { at: START, to: { count: 20, until } },
      { at: START, to: { count: 10, until } },
    ]);
  });

  it("that are followed by no other are kept for as long as the log is", async () => {
    await addMany(1);
    await refusals.add("none", anAttempt());
    const ids = [`refusals/${ACCOUNT}`, "refusals/"];
    const bodies = async () => (await store.admin.records(ids)).map((record) => record?.body);
    await store.admin.pruneRecords(START + AUDIT_KEPT_MS - 1, 10);
    expect(await bodies()).toMatchObject([[{ at: START }], [{ at: START }]]);
    await store.admin.pruneRecords(START + AUDIT_KEPT_MS, 10);
    expect(await bodies()).toEqual([undefined, undefined]);
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
