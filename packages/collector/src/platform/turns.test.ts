/**
 * Work that grows with what is stored continues in another turn of the event loop after each of its parts,
 * where a turn has lasted long. Each look at the time says that it has.
 */
import { expect, it } from "vitest";
import { sortInTurns } from "../async/sort-in-turns.ts";
import { nextTurn } from "../async/turns.ts";
import type { Session } from "../core/session.ts";
import { Accounts } from "../engine/accounts.ts";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { entries } from "../engine/insights.ts";
import { createKeys } from "../engine/keys.ts";
import { LogNotifier } from "../engine/log-notifier.ts";
import { previewTriggers } from "../engine/previews.ts";
import { sweep } from "../engine/sweep.ts";
import { fittingTexts, readListPage } from "../http/list-page.ts";
import { TestApp } from "../http/testing/app.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import { ACCOUNT, NOW, sessionOf, transitionOf, writeOf } from "../stores/suite/case.ts";
import { endpointOf } from "../stores/suite/endpoint.ts";
import { DeliverySupervisor } from "../webhooks/delivery-supervisor.ts";
import { outboxDepth } from "../webhooks/depth.ts";
import { createSessionCounts } from "./session-counts.ts";
import { TurnShares } from "./testing/turn-shares.ts";

/** How often other callbacks could run before the work ended. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  return (await new TurnShares().of(work)).length;
}

const COUNT = 30;
const numbers = Array.from({ length: COUNT }, (_, index) => index);

async function withAccounts(store: Store): Promise<Accounts> {
  const accounts = new Accounts(store, new Clock(() => Date.now()));
  for (const number of numbers) await accounts.put(`account ${number}`, { keys: createKeys() });
  return accounts;
}

async function withEndpoints(store: Store): Promise<Store> {
  for (const number of numbers)
    await store.outbox.addEndpoint(endpointOf({ id: `wh_${number}`, name: `wh_${number}` }), 0);
  return store;
}

const assignedTo = (assignee: string, id: string) => {
  const session: Session = { ...sessionOf(id), assignee };
  const { columns } = writeOf(id);
  return writeOf(id, { session, columns: { ...columns, assignee, capacityHeld: true } });
};

it("reads the accounts again in a turn for each", async () => {
  const accounts = await withAccounts(new MemoryStore());
  expect(await turnsDuring(() => accounts.refresh())).toBeGreaterThanOrEqual(COUNT);
});

it("reads very many accounts from SQLite in several turns", async () => {
  const store = new SqliteStore(":memory:");
  await withAccounts(store);
  const [account] = await store.accounts();
  for (let number = 0; number < 1_100 && account; number += 1) {
    await store.putAccount({ ...account, name: `a ${number}` });
  }
  expect(await turnsDuring(() => store.accounts())).toBeGreaterThanOrEqual(2);
  await store.close();
});

it("counts the sessions in a turn for each account", async () => {
  const accounts = await withAccounts(new MemoryStore());
  const count = createSessionCounts(
    new MemoryStore(),
    () => accounts.names(),
    () => 0,
  );
  expect(await turnsDuring(count)).toBeGreaterThanOrEqual(COUNT);
});

it("sweeps in a turn for each account", async () => {
  const store = new MemoryStore();
  const accounts = await withAccounts(store);
  const engine = new Engine(store, new Clock(() => Date.now()));
  await engine.heartbeat();
  const onError = (error: unknown) => {
    throw error;
  };
  const names = () => accounts.names();
  const turns = await turnsDuring(() => sweep({ engine, accounts: names, onError }));
  expect(turns).toBeGreaterThanOrEqual(COUNT);
});

it("lists agents in a turn for each", async () => {
  const app = await TestApp.create();
  for (const number of numbers) {
    await app.store.putAgent("default", { id: `agent ${number}`, capacity: 1 });
  }
  expect(await turnsDuring(() => app.request("GET", "/v1/agents"))).toBeGreaterThanOrEqual(COUNT);
});

it("writes a page of a list in a turn for each item", async () => {
  expect(await turnsDuring(() => fittingTexts(numbers, String))).toBeGreaterThanOrEqual(COUNT);
});

it("reads a page of a list in a turn for each part", async () => {
  const large = "x".repeat(1 << 16);
  const source = {
    limit: COUNT,
    read: async (after: number | null, limit: number) =>
      numbers.slice((after ?? -1) + 1, (after ?? -1) + 1 + limit),
    view: () => large.slice(0, 1 << 14),
  };
  expect(await turnsDuring(() => readListPage(source))).toBeGreaterThanOrEqual(2);
});

it("lists sessions, filtered or sorted, in a turn for each", async () => {
  const store = new MemoryStore();
  await store.commit(numbers.map((number) => assignedTo("a", `s_${number}`)));
  const byId = await turnsDuring(() => store.list(ACCOUNT, { limit: 100 }));
  const filtered = await turnsDuring(() => store.list(ACCOUNT, { limit: 100, assignee: "a" }));
  expect([byId, filtered].map((turns) => turns >= COUNT)).toEqual([true, true]);
});

it("sorts numbers in parts, and merges them in parts", async () => {
  const parts = 8;
  const sorting = () => sortInTurns(Array.from({ length: parts << 13 }, (_, index) => -index));
  // They are merged three times.
  expect(await turnsDuring(sorting)).toBeGreaterThanOrEqual(parts + 3 * parts);
});

it("compares a conversation with each trigger in a turn", async () => {
  const store = new MemoryStore();
  await store.commit([writeOf("a", { transitions: [transitionOf(1)] })]);
  const triggers = numbers.map((number) => {
    const nothing = { all: [], any: [], actions: [] };
    return { name: `t ${number}`, enabled: true, ...nothing };
  });
  const preview = () => previewTriggers(store, ACCOUNT, triggers, 10, NOW + 1_000);
  expect(await turnsDuring(preview)).toBeGreaterThanOrEqual(COUNT);
});

it("reads the history in a turn for each page", async () => {
  const log = Array.from({ length: 2_600 }, (_, index) => ({ cursor: index + 1 }) as LogEntry);
  const store = {
    logStart: async () => 0,
    log: async (_: string, after: number, limit: number) => log.slice(after, after + limit),
  } as unknown as Store;
  let count = 0;
  const turns = await turnsDuring(async () => {
    for await (const _ of entries(store, ACCOUNT, "live", 0)) count += 1;
  });
  expect(count).toBe(log.length);
  expect(turns).toBeGreaterThanOrEqual(5);
});

it("calls readers of the log in a turn for each", async () => {
  const notifier = new LogNotifier();
  let called = 0;
  for (const _ of numbers) {
    notifier.listen(ACCOUNT, () => {
      called += 1;
    });
  }
  const turns = await turnsDuring(async () => {
    notifier.notify(ACCOUNT);
    while (called < COUNT) await nextTurn();
  });
  expect(turns).toBeGreaterThanOrEqual(COUNT - 1);
});

it("counts what waits for webhooks in two turns for each", async () => {
  const store = await withEndpoints(new MemoryStore());
  expect(await turnsDuring(() => outboxDepth(store))).toBeGreaterThanOrEqual(2 * COUNT);
});

it("looks at webhooks in two turns for each", async () => {
  const store = await withEndpoints(new MemoryStore());
  const { clock, logNotifier } = new Engine(store, new Clock(() => Date.now()));
  const supervisor = new DeliverySupervisor({
    engine: { store, clock, logNotifier },
    send: async () => ({ outcome: "delivered", response: 200, error: null, retryAfterMs: null }),
    onError: (error) => {
      throw error;
    },
  });
  expect(await turnsDuring(() => supervisor.refresh())).toBeGreaterThanOrEqual(2 * COUNT);
  await supervisor.stop();
});
