/**
 * A store with very many sessions, transitions, agents and deliveries, and a collector on it: what routes
 * and timers meet in the worst case.
 * @module
 */
import { createSession, type Session } from "../../core/session.ts";
import type { Transition } from "../../core/transition.ts";
import { createKeys } from "../../engine/keys.ts";
import type { Delivery, Endpoint, Settlement, WaitingSession } from "../../stores/outbox.ts";
import type { IndexedColumns, LogEntry, Store, Write } from "../../stores/store.ts";
import { openRuntime, type Runtime } from "../runtime.ts";

export const ACCOUNT = "default";
const DAY_MS = 86_400_000;
const BATCH = 200;
/** Other accounts, of which nothing is stored but their keys. */
const ACCOUNTS = 10_000;
/** Sessions with as much in them as the API takes. */
const LARGE = 500;
const MANY_TAGS = Array.from({ length: 256 }, (_, tag) => `${tag} `.repeat(45));
const AGENTS = 20_000;
/** Entries in the history of one session, and deliveries and waiting sessions of one webhook. */
export const LONG = 20_000;
const DELIVERIES = 15_000;

/** A receiver that refuses all connections. */
const NOWHERE = "http://127.0.0.1:9/";

export interface LoopLoadSize {
  readonly sessions: number;
  /** About as many are changed or erased by a probe that goes on until all of them are. */
  readonly changed: number;
}

export interface LoopLoad extends LoopLoadSize {
  readonly runtime: Runtime;
  /** Sends a request with a secret key. Throws unless it succeeds. */
  open(method: string, path: string, body?: object): Promise<Response>;
  /** The same; reads the answer without keeping it, and returns its size in bytes. */
  request(method: string, path: string, body?: object): Promise<number>;
}

export async function openLoopLoad(store: Store, size: LoopLoadSize): Promise<LoopLoad> {
  const { sessions } = size;
  const runtime = await openRuntime(store, {
    addressOf: () => "192.0.2.1",
    allowPrivateWebhooks: true,
    onError: (error) => {
      throw error;
    },
  });
  const keys = createKeys();
  await runtime.accounts.put(ACCOUNT, { keys });
  const now = runtime.engine.clock.now();
  await runtime.engine.changeSettings(ACCOUNT, {
    overrides: { termsAccepted: true, "presence.mode": "on" },
  });
  const { epoch } = runtime.engine.broadcasts;
  for (let from = 0; from < sessions; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, sessions - from) }, (_, at) => from + at);
    await store.commit(numbers.map((number) => writeOf(number, size, now, epoch)));
  }
  await addLongHistory(store, now, epoch);
  await addWebhooks(store, now);
  await inBatches(AGENTS / 20, (index) =>
    store.putAgent(ACCOUNT, { id: agentOf(index * 20), capacity: 3 }),
  );
  const [account] = await store.accounts();
  if (!account) throw new Error("The account was not stored.");
  await inBatches(ACCOUNTS, (index) => {
    const secretKeys = account.secretKeys.map((key) => ({ ...key, hash: `${index}` }));
    const publishableKeys = [{ key: `pk_${index}`, expiresAt: null }];
    return store.putAccount({ ...account, name: `account ${index}`, secretKeys, publishableKeys });
  });
  const open: LoopLoad["open"] = async (method, path, body) => {
    const response = await runtime.app.request(path, {
      method,
      headers: {
        Authorization: `Bearer ${keys.secretKey}`,
        ...(body && { "Content-Type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw new Error(`${method} ${path}: ${await response.text()}`);
  };
  return {
    ...size,
    runtime,
    open,
    async request(...parameters) {
      let bytes = 0;
      for await (const chunk of (await open(...parameters)).body ?? []) bytes += chunk.length;
      return bytes;
    },
  };
}

async function inBatches(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    await Promise.all(Array.from({ length: size }, (_, index) => work(from + index)));
  }
}

function agentOf(number: number): string {
  return `agent ${number % AGENTS}`;
}

/** A fifth is assigned, the others wait; three in ten of the oldest are of one user; one in ten is due. */
function writeOf(
  number: number,
  { sessions, changed }: LoopLoadSize,
  now: number,
  epoch: number,
): Write {
  const id = `conv_${String((number * 7_919) % sessions).padStart(7, "0")}`;
  const age = Math.floor((30 * DAY_MS * (sessions - number)) / sessions);
  const createdAt = now - age;
  const assignee = number % 5 === 0 ? agentOf(number / 5) : null;
  const tags = number < LARGE ? MANY_TAGS : [];
  const ticket = {
    id: `t_${number}`,
    status: "open",
    group: `group ${number % 10}`,
    tags,
  } as const;
  const user = number % 10 < 3 && number < changed ? "u_many" : `u_${number}`;
  const fresh = createSession({ id, channel: "web_widget", user, assignee, ticket }, createdAt);
  const queuedAt = assignee === null ? createdAt : null;
  const session: Session = {
    ...fresh,
    begunAt: createdAt,
    lastResponseAt: now,
    baseAt: now,
    queuedAt,
    firstQueuedAt: queuedAt,
    presence: "online",
    heardAt: createdAt,
    seq: 1,
    pages: [
      {
        id: "p",
        gen: 0,
        seq: 0,
        visibility: "visible",
        leaseMs: DAY_MS,
        leaseUntil: now + DAY_MS,
        left: false,
      },
    ],
  };
  const transition = {
    ...transitionOf(1, createdAt, number % 2 === 0),
    ...(tags.length > 0 && { ticketChanges: { tags: { from: [], to: tags } } }),
  };
  return writeFor(session, {
    epoch,
    transitions: [transition],
    deadlineAt: number % 10 === 0 ? now - 1_000 : now + DAY_MS,
  });
}

function writeFor(session: Session, change: Partial<Write>): Write {
  const columns: IndexedColumns = {
    state: "active",
    presence: "online",
    queue: session.queuedAt === null ? "none" : "queued",
    queuedAt: session.queuedAt,
    assignee: session.assignee,
    group: session.ticket.group,
    capacityHeld: session.assignee !== null,
  };
  return {
    kind: "change",
    key: { account: ACCOUNT, id: session.id },
    expectedVersion: 0,
    session,
    shadow: null,
    epoch: 0,
    columns,
    deadlineAt: null,
    eventIds: [],
    transitions: [],
    shadowTransitions: [],
    ...change,
  } as Write;
}

function transitionOf(seq: number, at: number, isDeparture: boolean): Transition {
  const standing = { state: "active", reason: null, presence: "online" } as const;
  const offline = { state: "inactive", reason: "user_offline", presence: "offline" } as const;
  return {
    seq,
    at,
    from: isDeparture ? standing : offline,
    to: isDeparture ? offline : standing,
    cause: isDeparture ? "buffer" : "signal",
    queue: "none",
    capacityHeld: false,
    assignee: null,
    heardAt: at - ((at * 7_919) % 40_000) - 1,
    ticketChanges: {},
    triggers: [],
    notify: [],
  };
}

export const LONG_SESSION = "long";

async function addLongHistory(store: Store, now: number, epoch: number): Promise<void> {
  const of = { id: LONG_SESSION, channel: "web_widget", ticket: { tags: MANY_TAGS } } as const;
  const session = createSession(of, now - DAY_MS);
  for (let seq = 1, version = 0; seq <= LONG; seq += BATCH, version += 1) {
    const transitions = Array.from({ length: BATCH }, (_, at) => ({
      ...transitionOf(seq + at, now - DAY_MS + seq + at, (seq + at) % 2 === 0),
      notify: [WEBHOOK_OF_LONG],
    }));
    const eventIds = transitions.map((each) => `event ${each.seq}`);
    const change = { expectedVersion: version, transitions, eventIds, epoch };
    await store.commit([writeFor({ ...session, seq: seq + BATCH - 1 }, change)]);
  }
}

/** Has many deliveries, each of another session. */
export const WEBHOOK = "wh_load";
/** Has the deliveries of the session with the long history. */
export const WEBHOOK_OF_LONG = "wh_long";

async function addWebhooks(store: Store, now: number): Promise<void> {
  const end = await store.lastCursor(ACCOUNT);
  const endpoint = await addEndpoint(store, WEBHOOK, 0, now);
  let entries = await store.log(ACCOUNT, 0, BATCH);
  for (let count = 0; count < DELIVERIES && entries.length > 0; count += entries.length) {
    await addDeliveries(store, endpoint, 0, entries, now);
    entries = await store.log(ACCOUNT, entries.at(-1)?.cursor ?? 0, BATCH);
  }
  const ofLong = await addEndpoint(store, WEBHOOK_OF_LONG, end, now);
  for (let seq = 0; seq < LONG; seq += BATCH) {
    const history = await store.history({ account: ACCOUNT, id: LONG_SESSION }, seq, BATCH);
    await addDeliveries(store, ofLong, end, history, now);
  }
}

async function addEndpoint(store: Store, id: string, cursor: number, now: number) {
  const endpoint: Endpoint = {
    account: ACCOUNT,
    id,
    name: id,
    url: NOWHERE,
    events: "notified",
    secrets: [{ secret: `whsec_${btoa("s".repeat(32))}`, expiresAt: null }],
    disabled: null,
    createdAt: now,
  };
  await store.outbox.addEndpoint(endpoint, cursor);
  return endpoint;
}

/** Each session waits, and half of its deliveries have failed. */
async function addDeliveries(
  store: Store,
  endpoint: Endpoint,
  cursor: number,
  entries: readonly LogEntry[],
  now: number,
): Promise<void> {
  const names = entries.map(({ session, sessionCreatedAt, transition }) => ({
    session,
    sessionCreatedAt,
    seq: transition.seq,
  }));
  const waiting = names.map(
    ({ seq, ...name }): WaitingSession => ({
      ...name,
      resends: [],
      nextSeq: seq,
      attempts: 1,
      waitingSince: now,
      nextAttemptAt: now + DAY_MS,
    }),
  );
  const deliveries = names.map(
    (name, index): Delivery => ({
      ...name,
      status: index % 2 === 0 ? "failed" : "delivered",
      attempts: 1,
      updatedAt: now,
      response: 500,
      error: null,
      nextAttemptAt: null,
    }),
  );
  await settle(store, endpoint, { cursor, pausedUntil: null, waiting, caughtUp: [], deliveries });
}

async function settle(store: Store, endpoint: Endpoint, settlement: Settlement): Promise<void> {
  await store.outbox.claim(endpoint, "load", 0, Number.MAX_SAFE_INTEGER);
  await store.outbox.settle(endpoint, "load", settlement, null);
}
