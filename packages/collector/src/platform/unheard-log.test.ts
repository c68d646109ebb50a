import { expect, it } from "vitest";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { type UnheardEntry, watchUnheard } from "./unheard-log.ts";

const START = 1_700_000_000_000;

/** An engine whose account becomes unheard and is heard again by broadcasts. */
function create() {
  const store = new MemoryStore();
  let now = START;
  const engine = new Engine(store, new Clock(() => now));
  const entries: UnheardEntry[] = [];
  const check = watchUnheard(engine, (entry) => entries.push(entry), { now: () => now });
  const broadcast = async (type: "unheard" | "heard", afterMs: number) => {
    now += afterMs;
    await store.broadcast(
      type === "heard"
        ? { type, account: "shop", at: now }
        : { type, account: "shop", at: now, missed: 9 },
    );
    await engine.broadcasts.refresh();
    check();
    check();
  };
  const wait = (ms: number) => {
    now += ms;
    check();
  };
  return { entries, broadcast, wait };
}

it("names the account, how many sessions missed and what to check, and that it is heard again", async () => {
  const { entries, broadcast } = create();
  await broadcast("unheard", 0);
  await broadcast("heard", 60_000);
  expect(entries).toEqual([
    {
      account: "shop",
      missed: 9,
      unheardSeconds: 0,
      message: expect.stringMatching(
        /9 sessions .* account shop .* balancer, DNS, the certificate/,
      ),
    },
    {
      account: "shop",
      unheardSeconds: 60,
      message: expect.stringContaining("heard again"),
    },
  ]);
});

it("reports the end where no page is heard for 10 minutes", async () => {
  const { entries, broadcast, wait } = create();
  await broadcast("unheard", 0);
  wait(599_999);
  expect(entries).toHaveLength(1);
  wait(1);
  expect(entries).toHaveLength(2);
});

it("names a silence at most every 10 s, and how many had no entry", async () => {
  const { entries, broadcast } = create();
  await broadcast("unheard", 0);
  await broadcast("heard", 1_000);
  await broadcast("unheard", 1_000);
  await broadcast("heard", 1_000);
  expect(entries).toHaveLength(2);
  await broadcast("unheard", 10_000);
  expect(entries[2]).toMatchObject({ missed: 9, repeated: 1 });
});

it("names the end of each silence that it named, however soon that comes after another end", async () => {
  const { entries, broadcast } = create();
  await broadcast("unheard", 0);
  await broadcast("heard", 9_000);
  await broadcast("unheard", 1_000);
  await broadcast("heard", 1_000);
  expect(entries.map(({ missed }) => missed)).toEqual([9, undefined, 9, undefined]);
});

it("names a silence that lasts, though another one was named just before it", async () => {
  const { entries, broadcast, wait } = create();
  await broadcast("unheard", 0);
  await broadcast("heard", 1_000);
  await broadcast("unheard", 1_000);
  wait(7_999);
  expect(entries).toHaveLength(2);
  wait(1);
  expect(entries[2]).toMatchObject({ missed: 9, unheardSeconds: 8 });
  await broadcast("heard", 1_000);
  expect(entries[3]).toMatchObject({ unheardSeconds: 9 });
});

it("names a silence once, though another shard's began before it or ends after it", () => {
  let silence: readonly { since: number; missed: number }[] = [];
  const entries: UnheardEntry[] = [];
  let now = START;
  const check = watchUnheard(
    {
      clock: new Clock(() => now),
      unheardAccounts: () => silence.map((each) => ({ account: "shop", ...each })),
    },
    (entry) => entries.push(entry),
    { now: () => now },
  );
  for (const since of [START - 1_000, START - 5_000, START + 30_000]) {
    now += 20_000;
    silence = [{ since, missed: 9 }];
    check();
  }
  silence = [];
  check();
  expect(entries).toMatchObject([{ missed: 9, unheardSeconds: 21 }, { unheardSeconds: 65 }]);
});

it("names the end alone of a silence that was named before an object was evicted", () => {
  const clock = new Clock(() => START + 30_000);
  let accounts = [{ account: "shop", since: START, missed: 9 }];
  const entries: UnheardEntry[] = [];
  const engine = { clock, unheardAccounts: () => accounts };
  const check = watchUnheard(engine, (entry) => entries.push(entry), { continues: true });
  check();
  accounts = [];
  check();
  expect(entries).toEqual([expect.objectContaining({ account: "shop", unheardSeconds: 30 })]);
  expect(entries[0]).not.toHaveProperty("missed");
});
