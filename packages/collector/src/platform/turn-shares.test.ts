/**
 * Of work that grows with what is stored, one turn of the event loop does only a part, where a turn has
 * lasted long. What the work does in each turn is counted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { SharedTurns } from "../async/turns.ts";
import type { Input } from "../core/input.ts";
import { readAudit } from "../engine/audit.ts";
import { BatchLimit } from "../engine/batch-limit.ts";
import { Broadcasts } from "../engine/broadcasts.ts";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { previewTriggers } from "../engine/previews.ts";
import { applyRetention } from "../engine/retention.ts";
import { SessionBatch } from "../engine/session-batch.ts";
import { Trimming } from "../engine/trimming.ts";
import { requireTransition } from "../http/cursor.ts";
import { TestApp } from "../http/testing/app.ts";
import { transitionId } from "../http/views.ts";
import { Deadlines } from "../stores/deadlines.ts";
import { DeliveryList } from "../stores/memory/delivery-list.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Claim } from "../stores/outbox.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import {
  ACCOUNT,
  COLUMNS,
  keyOf,
  NOW,
  sessionOf,
  transitionOf,
  writeOf,
} from "../stores/suite/case.ts";
import {
  claimAndSettle,
  deliveryOf,
  endpointOf,
  KEY,
  SOON,
  waitingOf,
} from "../stores/suite/endpoint.ts";
import { backlog } from "../webhooks/backlog.ts";
import { DeliveryTrim } from "../webhooks/delivery-trim.ts";
import { DeliveryWorker } from "../webhooks/delivery-worker.ts";
import { SessionQueue } from "../webhooks/session-queue.ts";
import { SessionQueues } from "../webhooks/session-queues.ts";
import { TurnShares } from "./testing/turn-shares.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-turns-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

/** Prepares the work, says what is a step of it, and returns it. */
type Prepare = (shares: TurnShares) => Promise<() => Promise<unknown>>;

const list = <T>(length: number, item: (index: number) => T) =>
  Array.from({ length }, (_, index) => item(index));
const transitions = (count: number) => list(count, (index) => transitionOf(index + 1));

/** A store with a waiting session that is due, and very many copies of its row, with changed columns. */
async function openWithCopies(
  name: string,
  count: number,
  changed: Readonly<Record<string, string>>,
): Promise<SqliteStore> {
  const path = join(folder, `${name}.db`);
  const store = await SqliteStore.open(path);
  const columns = { ...COLUMNS, queue: "queued", queuedAt: NOW } as const;
  await store.commit([
    writeOf("a", { session: sessionOf("a", { queuedAt: NOW }), columns, deadlineAt: NOW }),
  ]);
  await store.close();
  const file = new DatabaseSync(path);
  const names = file
    .prepare("SELECT name FROM pragma_table_info('sessions') WHERE name <> 'number'")
    .all()
    .map((row) => String(row["name"]));
  const copied = { id: "'s_' || n", ...changed } as Readonly<Record<string, string>>;
  file.exec(`INSERT INTO sessions (${names.join()})
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
    SELECT ${names.map((column) => copied[column] ?? column).join()} FROM sessions, numbers`);
  file.close();
  return SqliteStore.open(path);
}

async function withEndpoint(store: Store): Promise<Store> {
  await store.outbox.addEndpoint(endpointOf(), 0);
  return store;
}

/** A store with an endpoint to which many transitions of a session were delivered. */
async function withDeliveries(store: Store, count: number): Promise<Store> {
  await withEndpoint(store);
  await store.commit([writeOf("a", { transitions: transitions(count) })]);
  await claimAndSettle(store, { deliveries: list(count, (index) => deliveryOf(index + 1)) });
  return store;
}

/** A store with leases that were renewed one by one, and the row of the session. */
async function openWithRenewals(path: string, ids: readonly string[], rounds: number) {
  const store = await SqliteStore.open(path);
  await store.commit(ids.map((id) => writeOf(id, { deadlineAt: NOW })));
  const found = await store.load(ids.map((id) => ({ key: keyOf(id), eventIds: [] })));
  for (let round = 0; round < rounds; round += 1) {
    const leases = found.map(({ number = 0 }) => ({
      number,
      expectedVersion: 1 + round,
      seq: round + 1,
      leaseUntil: SOON,
      deadlineAt: SOON,
    }));
    expect(await store.renew(leases)).toEqual(leases.map(() => "committed"));
  }
  return store;
}

const clock = new Clock(() => NOW);
const create = { channel: "web_widget" };
const nameOf = (number: number) => `account ${number}`;
const beat: Input = {
  type: "signal",
  signal: "beat",
  page: "p",
  gen: 0,
  seq: 1,
  visible: true,
  armed: false,
};

/** An engine, and a session in each of many accounts. */
async function withAccounts(count: number, input: Input, at = { now: NOW }) {
  const store = new MemoryStore();
  const engine = new Engine(store, new Clock(() => at.now));
  await engine.heartbeat();
  const submitAll = (inputs: readonly Input[]) =>
    Promise.all(
      list(count, (index) => {
        const key = { account: nameOf(index), id: `s_${index}` };
        return engine.submit({ key, inputs: [...inputs], create });
      }),
    );
  for (const index of list(count, (each) => each)) {
    await engine.changeSettings(nameOf(index), { overrides: { "presence.mode": "on" } });
  }
  await submitAll([input]);
  return { store, engine, submitAll };
}

/** A store in which each of many accounts has changed its settings. */
async function withBroadcasts(count: number): Promise<Store> {
  const store = new MemoryStore();
  for (const account of list(count, nameOf)) {
    await store.broadcast({ type: "settings", account, at: NOW, overrides: {}, triggers: [] });
  }
  return store;
}

/** A batch applies all that it has loaded, though each look at the time says that it has lasted long. */
function applyWholeBatches(): void {
  vi.spyOn(BatchLimit.prototype, "startPart").mockReturnValue(() => false);
  vi.spyOn(BatchLimit.prototype, "requests", "get").mockReturnValue(200);
}

/** A worker that delivers what is in the log. */
async function workerOn(store: Store): Promise<DeliveryWorker> {
  const claim = (await store.outbox.claim(KEY, "me", NOW, NOW + 60_000)) as Claim;
  return new DeliveryWorker({
    store,
    clock,
    owner: "me",
    claim,
    claimedAt: NOW,
    send: async () => ({ outcome: "delivered", response: 200, error: null, retryAfterMs: null }),
    trim: new DeliveryTrim(),
    random: () => 0.5,
  });
}

async function readAll(entries: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of entries);
}

const WORK: Record<string, Prepare> = {
  async "of counting a long queue in SQLite"(shares) {
    const store = await openWithCopies("queue", 25_000, { queued_at: "queued_at + n" });
    shares.onStatement("GROUP BY queue");
    return () => store.countQueue(ACCOUNT);
  },

  async "of searching very many due sessions of an account in SQLite"(shares) {
    const store = await openWithCopies("due-of", 12_000, {
      deadline_at: "deadline_at + n",
      account: "account + 1",
    });
    shares.onStatement("INDEXED BY sessions_due");
    return () => store.dueOf(ACCOUNT, NOW + 20_000, 10);
  },

  async "of reading the due sessions of an account from SQLite"(shares) {
    const store = new SqliteStore(":memory:");
    await store.commit(list(30, (index) => writeOf(`s_${index}`, { deadlineAt: NOW })));
    shares.onStatement("FROM sessions WHERE number = ?");
    return () => store.dueOf(ACCOUNT, NOW, 30);
  },

  async "of finding due sessions whose leases were renewed, in SQLite"(shares) {
    const ids = list(100, (index) => `s_${index}`);
    const store = await openWithRenewals(join(folder, "renewed.db"), ids, 1);
    shares.onStatement("WHERE deadline_at <= ? ORDER BY deadline_at LIMIT ?");
    return () => store.due(NOW, 10);
  },

  async "of reading the leases in a SQLite file that is opened"(shares) {
    const path = join(folder, "leases.db");
    await (await openWithRenewals(path, ["a"], 160)).close();
    shares.onStatement("FROM lease_log WHERE number > ?");
    return async () => (await SqliteStore.open(path)).close();
  },

  async "of reading the sessions that wait for a webhook in SQLite"(shares) {
    const store = await withEndpoint(new SqliteStore(":memory:"));
    const ids = list(1_100, (index) => `s_${index}`);
    await store.commit(ids.map((id) => writeOf(id, { transitions: transitions(1) })));
    await claimAndSettle(store, { waiting: ids.map((session) => waitingOf({ session })) });
    shares.onStatement("FROM webhook_waiting WHERE account = ? AND endpoint = ?\n    AND (");
    return () => store.outbox.claim(KEY, "me", SOON, SOON + 1);
  },

  async "of deleting a webhook with very many deliveries in SQLite"(shares) {
    const store = await withDeliveries(new SqliteStore(":memory:"), 1_600);
    shares.onStatement("DELETE FROM webhook_waiting");
    return () => store.outbox.removeEndpoint(KEY);
  },

  async "of trimming the list of deliveries in SQLite"(shares) {
    const store = await withDeliveries(new SqliteStore(":memory:"), 1_600);
    shares.onStatement("DELETE FROM webhook_deliveries");
    return () => store.outbox.trimDeliveries(KEY, 1);
  },

  async "of erasing several sessions at the same time in SQLite"(shares) {
    const store = new SqliteStore(":memory:");
    const ids = list(20, (index) => `s_${index}`);
    await store.commit(ids.map((id) => writeOf(id)));
    shares.onStatement("DELETE FROM sessions WHERE");
    return () => Promise.all(ids.map((id) => store.erase(keyOf(id))));
  },

  async "of reading very many webhooks from SQLite"(shares) {
    const { outbox } = new SqliteStore(":memory:");
    for (const id of list(1_100, (index) => `wh_${index}`)) {
      await outbox.addEndpoint(endpointOf({ id, name: id }), 0);
    }
    shares.onStatement("FROM webhooks WHERE (account, id) > (?, ?)");
    return () => outbox.endpoints();
  },

  async "of finding due sessions in memory, where leases were renewed very often"(shares) {
    const store = new MemoryStore();
    await store.commit([writeOf("a", { deadlineAt: NOW })]);
    for (const version of list(30_000, (index) => index + 1)) {
      const deadlineAt = NOW + version;
      const lease = { seq: version, leaseUntil: deadlineAt, deadlineAt };
      await store.renew([{ number: 1, expectedVersion: version, ...lease }]);
    }
    shares.onCall(Deadlines.prototype, "first");
    return () => store.due(NOW + 60_000, 10);
  },

  async "of erasing the deliveries of a session in memory"(shares) {
    const { outbox } = (await withDeliveries(new MemoryStore(), 30)) as MemoryStore;
    shares.onCall(DeliveryList.prototype, "delete");
    return () => outbox.eraseDeliveries(keyOf("a"));
  },

  async "of trimming the list of deliveries in memory"(shares) {
    const { outbox } = await withDeliveries(new MemoryStore(), 1_600);
    shares.onCall(DeliveryList.prototype, "delete");
    shares.most = 500;
    return () => outbox.trimDeliveries(KEY, 1);
  },

  async "of reading the sessions of an agent"(shares) {
    const app = await TestApp.create();
    const columns = { ...COLUMNS, assignee: "a", capacityHeld: true };
    await app.accounts.put(ACCOUNT, { keys: app.keys });
    const sessions = list(1_600, (index) => sessionOf(`s_${index}`, { assignee: "a" }));
    await app.store.commit(sessions.map((session) => writeOf(session.id, { session, columns })));
    shares.onCall(app.store, "assignments");
    return () => app.request("GET", "/v1/agents/a");
  },

  async "of a stream that catches up"(shares) {
    const app = await TestApp.create();
    const key = { account: "default", id: "a" };
    await app.store.commit([{ ...writeOf("a", { transitions: transitions(600) }), key }]);
    const response = await app.request("GET", "/v1/stream?after=0");
    const reader = response.body?.getReader();
    await reader?.read();
    shares.onCall(app.store, "log");
    return async () => {
      for (let read = 0; read < 5; read += 1) await reader?.read();
      await reader?.cancel();
    };
  },

  async "of streams that catch up at the same time"(shares) {
    const app = await TestApp.create();
    const key = { account: "default", id: "a" };
    await app.store.commit([{ ...writeOf("a", { transitions: transitions(600) }), key }]);
    const open = async () => (await app.request("GET", "/v1/stream?after=0")).body?.getReader();
    const readers = await Promise.all(list(10, open));
    await Promise.all(readers.map((reader) => reader?.read()));
    shares.onCall(app.store, "log");
    return async () => {
      await Promise.all(readers.map((reader) => reader?.read()));
      await Promise.all(readers.map((reader) => reader?.cancel()));
    };
  },

  async "of reading a long audit log"(shares) {
    const store = new MemoryStore();
    const entry = (id: string) => ({ id, at: NOW, by: { cli: "test" }, target: null }) as never;
    store.admin.append(
      ACCOUNT,
      list(200, (index) => entry(String(index).padStart(4, "0"))),
    );
    shares.onCall(store.admin, "audit");
    const query = { beforeId: null, limit: 10, isWanted: () => false };
    return () => readAudit(store, ACCOUNT, query);
  },

  async "of reading a webhook's log"(shares) {
    const store = await withEndpoint(new MemoryStore());
    await store.commit([writeOf("a", { transitions: transitions(1_000) })]);
    const worker = await workerOn(store);
    shares.onCall(store, "log");
    return () => worker.run();
  },

  async "of starting with the sessions that wait for a webhook"(shares) {
    const store = await withEndpoint(new MemoryStore());
    const ids = list(40, (index) => `s_${index}`);
    await store.commit(ids.map((id) => writeOf(id, { transitions: transitions(1) })));
    const waiting = ids.map((session) =>
      waitingOf({ session, nextAttemptAt: NOW + 60_000, attempts: 1 }),
    );
    const cursor = await store.lastCursor(ACCOUNT);
    await claimAndSettle(store, { cursor, waiting });
    const worker = await workerOn(store);
    shares.onCall(SessionQueues.prototype, "add");
    return () => worker.run();
  },

  async "of storing what was delivered"(shares) {
    const store = await withEndpoint(new MemoryStore());
    await store.commit([writeOf("a", { transitions: transitions(1_800) })]);
    const worker = await workerOn(store);
    shares.onCall(store.outbox, "settle");
    return () => worker.run();
  },

  async "of reading what is to be sent again"(shares) {
    const store = new MemoryStore();
    await store.commit([writeOf("a", { transitions: transitions(20) })]);
    const resends = list(20, (index) => index + 1);
    const queue = new SessionQueue(waitingOf({ resends, nextSeq: 21 }), NOW, true);
    shares.onCall(store, "history");
    return () => readAll(backlog(store, endpointOf(), queue, 1_000, new SharedTurns()));
  },

  async "of going through the sessions that wait with nothing to send"(shares) {
    const store = await withEndpoint(new MemoryStore());
    const ids = list(40, (index) => `s_${index}`);
    await store.commit(ids.map((id) => writeOf(id, { transitions: transitions(1) })));
    const waiting = ids.map((session) =>
      waitingOf({ session, nextSeq: 2, nextAttemptAt: NOW, attempts: 1 }),
    );
    await claimAndSettle(store, { cursor: await store.lastCursor(ACCOUNT), waiting });
    const worker = await workerOn(store);
    shares.onCall(store, "history");
    // As many retries begin at the same time.
    shares.most = 16;
    return () => worker.run();
  },

  async "of reading the histories that several sessions wait with"(shares) {
    const store = new MemoryStore();
    const ids = ["a", "b"];
    await store.commit(ids.map((id) => writeOf(id, { transitions: transitions(200) })));
    const turns = new SharedTurns();
    const waiting = ids.map((session) => {
      const queue = new SessionQueue(waitingOf({ session }), NOW, true);
      return backlog(store, endpointOf(), queue, 1_000, turns);
    });
    // The first of each is read in the same turn.
    for (const entries of waiting) await entries.next();
    shares.onCall(store, "history");
    return () => Promise.all(waiting.map(readAll));
  },

  async "of reading the history that a session waits with"(shares) {
    const store = new MemoryStore();
    await store.commit([writeOf("a", { transitions: transitions(200) })]);
    const queue = new SessionQueue(waitingOf(), NOW, true);
    shares.onCall(store, "history");
    return () => readAll(backlog(store, endpointOf(), queue, 1_000, new SharedTurns()));
  },

  async "of a batch: it is loaded, applied and committed"(shares) {
    const store = new MemoryStore();
    const engine = new Engine(store, clock);
    await engine.heartbeat();
    shares.onCall(store, "load");
    shares.onCall(SessionBatch.prototype, "apply");
    shares.onCall(store, "commit");
    return () => engine.submit({ key: keyOf("a"), inputs: [{ type: "agent_message" }], create });
  },

  async "of deciding in a batch which accounts are unheard"(shares) {
    const at = { now: NOW };
    const { engine, submitAll } = await withAccounts(20, beat, at);
    at.now += 3_600_000;
    await engine.heartbeat();
    applyWholeBatches();
    shares.onCall(engine.unheard, "decide");
    return () => submitAll([{ type: "tick" }]);
  },

  async "of noting in a batch which accounts were heard"(shares) {
    const { engine, submitAll } = await withAccounts(20, { type: "agent_message" });
    applyWholeBatches();
    shares.onCall(engine.unheard, "accept");
    return () => submitAll([beat]);
  },

  async "of storing when very many accounts were heard last"(shares) {
    const at = { now: NOW };
    const store = new MemoryStore();
    const engine = new Engine(store, new Clock(() => at.now));
    await engine.heartbeat();
    const submit = (index: number) =>
      engine.submit({ key: { account: nameOf(index), id: "a" }, inputs: [beat], create });
    await Promise.all(list(1_100, submit));
    at.now += 1_000;
    shares.onCall(store, "noteSignals");
    return () => engine.heartbeat();
  },

  async "of looking whether unheard accounts were heard elsewhere"(shares) {
    const at = { now: NOW };
    const store = new MemoryStore();
    const engine = new Engine(store, new Clock(() => at.now));
    for (const index of list(20, (each) => each)) {
      await store.broadcast({ type: "unheard", account: nameOf(index), at: NOW, missed: 8 });
    }
    await engine.heartbeat();
    at.now += 1_000;
    shares.onCall(store, "lastSignalAt");
    return () => engine.heartbeat();
  },

  async "of putting sessions that return to full agents back into the queue"(shares) {
    const at = { now: NOW };
    const store = new MemoryStore();
    const engine = new Engine(store, new Clock(() => at.now));
    const overrides = { "presence.mode": "on", "capacity.onReturn": "requeue" };
    await engine.changeSettings(ACCOUNT, { overrides });
    // So few that the account is not unheard.
    const submitAll = (inputsOf: (id: string) => readonly Input[]) =>
      Promise.all(
        list(7, (index) => {
          const id = `s_${index}`;
          return engine.submit({ key: keyOf(id), inputs: [...inputsOf(id)], create });
        }),
      );
    await submitAll(() => [beat, { type: "end_user_message", sentAt: null }]);
    await submitAll((id) => [{ type: "assigned", agent: id }]);
    at.now += 200_000;
    // There was no outage.
    await store.heartbeat(at.now, Number.MAX_SAFE_INTEGER);
    await submitAll(() => [{ type: "tick" }]);
    applyWholeBatches();
    shares.onCall(store, "capacityOf");
    return () => submitAll(() => [{ ...beat, seq: 2 }]);
  },

  async "of erasing a user's sessions"(shares) {
    const app = await TestApp.create();
    const submit = (index: number) =>
      app.engine.submit({
        key: { account: "default", id: `s_${index}` },
        inputs: [{ type: "described", user: "u" }],
        create,
      });
    await Promise.all(list(40, submit));
    shares.onCall(app.store, "erase");
    shares.most = 10;
    return () => app.request("DELETE", "/v1/users/u");
  },

  async "of sending again all that failed"(shares) {
    const app = await TestApp.create();
    await app.accounts.put(ACCOUNT, { keys: app.keys });
    await withEndpoint(app.store);
    await app.store.commit([writeOf("a", { transitions: transitions(700) })]);
    const failed = list(700, (index) => deliveryOf(index + 1, { status: "failed" }));
    await claimAndSettle(app.store, { deliveries: failed });
    shares.onCall(app.store.outbox, "resend");
    return () => app.request("POST", `/v1/webhooks/${KEY.id}/replay`, { status: "failed" });
  },

  async "of finding a transition that is not there"(shares) {
    const store = new MemoryStore();
    await store.commit([writeOf("a", { transitions: transitions(3_000) })]);
    const [entry] = await store.history(keyOf("a"), 0, 1);
    const missing = { ...entry, transition: transitionOf(9_999) } as LogEntry;
    const id = transitionId(missing, await store.incarnation());
    shares.onCall(store, "history");
    // It is asked for first, in the turn of the first page.
    shares.most = 2;
    return () => requireTransition(store, ACCOUNT, id).catch(() => {});
  },

  async "of reading the history of a conversation that triggers are compared with"(shares) {
    const store = new MemoryStore();
    const session = sessionOf("a", { seq: 500 });
    await store.commit([writeOf("a", { session, transitions: transitions(500) })]);
    shares.onCall(store, "history");
    return () => previewTriggers(store, ACCOUNT, [], 10, NOW + 1_000);
  },

  async "of retention, for many accounts"(shares) {
    const store = new MemoryStore();
    const engine = new Engine(store, clock);
    shares.onCall(store.admin, "pruneAudit");
    return () => applyRetention(engine, list(5, nameOf));
  },

  async "of retention of deliveries and history, for many accounts"(shares) {
    const { store, engine } = await withAccounts(5, { type: "agent_message" });
    for (const index of list(5, (each) => each)) {
      const overrides = { "presence.mode": "on", retentionDays: 1 };
      await engine.changeSettings(nameOf(index), { overrides });
    }
    shares.onCall(store.outbox, "pruneDeliveries");
    shares.onCall(store, "prune");
    return () => applyRetention(engine, list(5, nameOf));
  },

  async "of retention of sessions"(shares) {
    const store = new MemoryStore();
    const engine = new Engine(store, clock);
    await engine.changeSettings(ACCOUNT, { overrides: { sessionRetentionDays: 1 } });
    await store.commit(list(110, (index) => writeOf(`s_${index}`)));
    shares.onCall(store, "scan");
    return () => applyRetention(engine, [ACCOUNT]);
  },

  async "of reading what was broadcast to very many accounts"(shares) {
    const store = await withBroadcasts(200);
    shares.onCall(store, "broadcasts");
    return () => new Broadcasts(store).refresh();
  },

  async "of taking over what was broadcast to very many accounts"(shares) {
    const store = await withBroadcasts(30);
    const reader = { read() {} };
    shares.onCall(reader, "read");
    return () => new Broadcasts(store, () => reader.read()).refresh();
  },

  async "of dropping what was broadcast to all accounts"(shares) {
    const store = new MemoryStore();
    const engine = new Engine(store, clock);
    for (const offsetMs of list(250, (index) => index + 1)) {
      await store.broadcast({ type: "clock_step", account: null, at: NOW - 86_400_000, offsetMs });
    }
    await engine.broadcasts.refresh();
    shares.onCall(store, "closeEpochs");
    shares.onCall(store, "dropBroadcasts");
    return () => new Trimming(engine, { dropsImmediately: true }).run(list(5, nameOf));
  },

  async "of dropping old changes of settings, for many accounts"(shares) {
    const engine = new Engine(new MemoryStore(), clock);
    shares.onCall(engine.broadcasts, "lastBefore");
    return () => new Trimming(engine).run(list(5, nameOf));
  },
};

it.each(Object.entries(WORK))("a turn does no more than a part %s", async (_, prepare) => {
  const shares = new TurnShares();
  const work = await prepare(shares);
  const found = await shares.of(work);
  const total = found.reduce((sum, share) => sum + share, 0);
  expect(total).toBeGreaterThan(2 * shares.most);
  const largest = found.reduce((max, share) => Math.max(max, share), 0);
  expect(largest).toBeLessThanOrEqual(shares.most);
});
