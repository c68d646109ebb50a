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
  const check = watchUnheard(
    engine,
    (entry) => entries.push(entry),
    () => now,
  );
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

it("writes an entry of each kind at most every 10 s, with how many were left out", async () => {
  const { entries, broadcast } = create();
  await broadcast("unheard", 0);
  await broadcast("heard", 1_000);
  await broadcast("unheard", 1_000);
  await broadcast("heard", 1_000);
  expect(entries).toHaveLength(2);
  await broadcast("unheard", 10_000);
  expect(entries[2]).toMatchObject({ missed: 9, repeated: 1 });
});
