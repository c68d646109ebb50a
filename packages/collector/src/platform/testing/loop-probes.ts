/**
 * Each route and timer whose work grows with what is stored, in the worst case of `loop-load.ts`. They
 * run in this order: the last ones delete what the first ones read.
 * @module
 */
import { nextTurn } from "../../async/turns.ts";
import { MAX_TRIGGERS } from "../../core/trigger.ts";
import { createKeys } from "../../engine/keys.ts";
import { applyRetention } from "../../engine/retention.ts";
import { sweep } from "../../engine/sweep.ts";
import type { ScanPart } from "../../stores/store.ts";
import { DeliverySupervisor } from "../../webhooks/delivery-supervisor.ts";
import { ACCOUNT, LONG, type LoopLoad, WEBHOOK, WEBHOOK_OF_LONG } from "./loop-load.ts";

export interface LoopProbe {
  readonly name: string;
  run(load: LoopLoad): Promise<unknown>;
}

const request = (method: string, path: string, body?: object): LoopProbe => ({
  name: `${method} ${path}`,
  run: (load) => load.request(method, path, body),
});

export const LOOP_PROBES: readonly LoopProbe[] = [
  request("GET", "/v1/sessions?limit=500"),
  request("GET", "/v1/sessions?limit=500&sort=changed"),
  request("GET", "/v1/sessions?limit=500&sort=waiting"),
  request("GET", "/v1/sessions?limit=500&state=ended"),
  request("GET", "/v1/sessions?limit=500&q=nothing"),
  request("GET", "/v1/sessions?limit=500&user=u_many&sort=changed"),
  request("GET", "/v1/sessions?limit=500&assignee=agent%207"),
  request("GET", "/v1/queue?limit=500"),
  request("GET", "/v1/queue?limit=500&group=group%207"),
  request("GET", "/v1/agents"),
  request("GET", "/v1/agents/agent%207"),
  request("GET", "/v1/transitions?limit=500"),
  request("GET", "/v1/sessions/long/transitions?limit=500"),
  request("GET", "/v1/insights?days=1"),
  request("GET", "/v1/insights?days=90"),
  request("GET", "/v1/reports?tz=Europe/Berlin"),
  request("POST", "/v1/settings/preview", { presence: { bufferSeconds: 60 } }),
  {
    name: "POST /v1/triggers/preview, 50 triggers",
    run: (load) => load.request("POST", "/v1/triggers/preview", TRIGGERS_TO_PREVIEW),
  },
  request("GET", "/metrics"),
  request("GET", "/v1/webhooks"),
  request("GET", `/v1/webhooks/${WEBHOOK}/deliveries?limit=500`),
  request("POST", `/v1/webhooks/${WEBHOOK}/replay`, { status: "failed" }),
  request("POST", `/v1/webhooks/${WEBHOOK_OF_LONG}/replay`, { status: "failed" }),
  { name: "GET /v1/stream, from the beginning of the history", run: readStream },
  { name: "GET /v1/stream, 1,000 of them after a commit", run: readStreams },
  {
    name: "webhooks: a backlog, and sessions that wait",
    async run(load) {
      const key = { account: ACCOUNT, id: WEBHOOK };
      await load.runtime.engine.store.outbox.moveCursor(key, 0, false);
      await deliver(load, WEBHOOK);
    },
  },
  { name: "webhooks: sessions that wait with nothing to send", run: retryNothing },
  { name: "webhooks: a session that is overdue with its whole history", run: deliverOverdue },
  {
    name: "timer: the accounts",
    run: ({ runtime }) => runtime.accounts.refresh(),
  },
  {
    name: "timer: retention, of 10,000 accounts",
    // It pauses after each share.
    run: ({ runtime: { engine, accounts } }) =>
      applyRetention(engine, accounts.names(), AbortSignal.timeout(300)),
  },
  { name: "timer: the sweep of due sessions", run: sweepAll },
  {
    name: "timer: the sweep of leases that run out together",
    async run(load) {
      await renewLeases(load);
      await sweepAll(load);
    },
  },
  { name: "events that fire 50 triggers each, after 100 changes of settings", run: fireTriggers },
  {
    name: "PATCH /v1/settings, and its application to all sessions",
    async run(load) {
      await load.request("PATCH", "/v1/settings", { inactivity: { seconds: 601 } });
      await sweepAll(load);
    },
  },
  request("DELETE", "/v1/sessions/long"),
  request("DELETE", "/v1/users/u_many"),
  request("DELETE", `/v1/webhooks/${WEBHOOK}`),
  {
    name: "timer: retention of history and sessions",
    async run({ runtime: { engine }, sessions, changed }) {
      const { overrides } = engine.broadcasts.latest(ACCOUNT);
      const retentionDays = Math.max(1, Math.ceil(30 * (1 - changed / sessions)));
      const days = { retentionDays, sessionRetentionDays: 29 };
      await engine.changeSettings(ACCOUNT, { overrides: { ...overrides, ...days } });
      // It looks at all sessions, in many short shares with pauses.
      const stopped = changed < sessions ? AbortSignal.timeout(2_000) : undefined;
      await applyRetention(engine, [ACCOUNT], stopped);
    },
  },
];

/** Each compares the tags of a ticket with much. */
const TRIGGERS_TO_PREVIEW = Array.from({ length: MAX_TRIGGERS }, (_, index) => ({
  name: `preview ${index}`,
  enabled: true,
  all: [],
  any: Array.from({ length: 10 }, (_, tag) => ({
    field: "ticket.tags",
    op: "includes",
    value: `absent ${tag}`,
  })),
  actions: [{ type: "add_tags", value: ["a"] }],
}));

const PART = 100;

/** Renews the leases of as many sessions as are to be changed, so that they have run out since. */
async function renewLeases({ runtime: { engine }, changed }: LoopLoad): Promise<void> {
  const { store, clock } = engine;
  const leaseUntil = clock.now() - 1;
  let after: string | null = null;
  for (let count = 0; count < changed; count += PART) {
    const part: ScanPart = await store.scan(ACCOUNT, after, PART);
    const lookups = part.sessions.map(({ session: { id } }) => ({
      key: { account: ACCOUNT, id },
      eventIds: [],
    }));
    await nextTurn();
    const found = await store.load(lookups);
    await nextTurn();
    await store.renew?.(
      found.flatMap(({ number, stored }) =>
        number === undefined || !stored
          ? []
          : [
              {
                number,
                expectedVersion: stored.version,
                seq: 1,
                leaseUntil,
                deadlineAt: leaseUntil,
              },
            ],
      ),
    );
    await nextTurn();
    if (part.next === null) return;
    after = part.next;
  }
}

async function sweepAll({ runtime: { engine, accounts } }: LoopLoad): Promise<void> {
  const onError = (error: unknown) => {
    throw error;
  };
  await sweep({ engine, accounts: () => accounts.names(), onError });
}

const STREAM_BYTES = 5_000_000;

async function readStream({ open }: LoopLoad): Promise<void> {
  const reader = (await open("GET", "/v1/stream?after=0")).body?.getReader();
  for (let bytes = 0; bytes < STREAM_BYTES; ) {
    const chunk = await reader?.read();
    if (!chunk?.value) throw new Error("The stream ended.");
    bytes += chunk.value.length;
  }
  await reader?.cancel();
}

const STREAMS = 1_000;

async function readStreams({ runtime: { engine }, open }: LoopLoad): Promise<void> {
  const readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  for (let count = 0; count < STREAMS; count += 1) {
    const reader = (await open("GET", "/v1/stream")).body?.getReader();
    if (!reader) throw new Error("The stream has no body.");
    await reader.read();
    readers.push(reader);
    await nextTurn();
  }
  const chunks = Promise.all(readers.map((reader) => reader.read()));
  const reports = Array.from({ length: 100 }, (_, index) =>
    engine.submit({
      key: { account: ACCOUNT, id: `streamed ${index}` },
      create: { channel: "web_widget", user: null },
      inputs: [{ type: "ticket_updated", ticket: { status: "open" } }],
    }),
  );
  await Promise.all(reports);
  await chunks;
  for (const reader of readers) await reader.cancel();
}

/** Delivers all that is due for an endpoint. */
async function deliver({ runtime: { engine } }: LoopLoad, id: string): Promise<void> {
  const { store, clock, logNotifier } = engine;
  const supervisor = new DeliverySupervisor({
    engine: { store, clock, logNotifier },
    // A receiver never answers in the same turn.
    send: async () => {
      await nextTurn();
      return { outcome: "delivered", response: 200, error: null, retryAfterMs: null };
    },
    onError: (error) => {
      throw error;
    },
  });
  supervisor.start();
  const end = await store.lastCursor(ACCOUNT);
  const statusOf = async () =>
    (await store.outbox.endpoints(ACCOUNT)).find(({ endpoint }) => endpoint.id === id);
  const isDelivered = async () => {
    const { cursor, nextAttemptAt } = (await statusOf()) ?? {};
    const isDue = (nextAttemptAt ?? Number.POSITIVE_INFINITY) <= clock.steady();
    return (cursor ?? end) >= end && !isDue;
  };
  while (!(await isDelivered())) await new Promise((resolve) => setTimeout(resolve, 20));
  await supervisor.stop();
}

const RETRIES = 5_000;

/** Many that wait are due; the log has been read no further than its beginning. */
async function retryNothing(load: LoopLoad): Promise<void> {
  const { store, clock } = load.runtime.engine;
  const key = { account: ACCOUNT, id: WEBHOOK };
  const now = clock.steady();
  const claim = await store.outbox.claim(key, "probe", now, now + HOUR_MS);
  const due = claim?.waiting.slice(0, RETRIES) ?? [];
  const waiting = due.map((each) => ({ ...each, nextAttemptAt: now }));
  for (let from = 0; from < waiting.length; from += PART) {
    const some = waiting.slice(from, from + PART);
    const settlement = { pausedUntil: null, waiting: some, caughtUp: [], deliveries: [] };
    await store.outbox.settle(key, "probe", { cursor: 0, ...settlement }, now + HOUR_MS);
    await nextTurn();
  }
  await store.outbox.moveCursor(key, 0, false);
  await deliver(load, WEBHOOK);
}

/** The session waits since long ago; everything in its history is to be sent. */
async function deliverOverdue(load: LoopLoad): Promise<void> {
  const { store, clock } = load.runtime.engine;
  const key = { account: ACCOUNT, id: WEBHOOK_OF_LONG };
  const now = clock.steady();
  const claim = await store.outbox.claim(key, "probe", now, now + HOUR_MS);
  const waiting = (claim?.waiting ?? []).map((each) => ({
    ...each,
    resends: Array.from({ length: LONG }, (_, index) => index + 1),
    nextSeq: LONG + 1,
    waitingSince: now - HOUR_MS,
    nextAttemptAt: now,
  }));
  const { cursor = 0, pausedUntil = null } = claim ?? {};
  const settlement = { cursor, pausedUntil, waiting, caughtUp: [], deliveries: [] };
  await store.outbox.settle(key, "probe", settlement, null);
  await deliver(load, WEBHOOK_OF_LONG);
}

const HOUR_MS = 3_600_000;
const BUSY_ACCOUNT = "busy";
const EVENTS = 300;
const CHANGES = 100;

/**
 * Events for many sessions and as many for one of them, in one turn. The sessions have not applied many
 * changes of settings, and each trigger fires the one before.
 */
async function fireTriggers({ runtime: { engine, accounts } }: LoopLoad): Promise<void> {
  await accounts.put(BUSY_ACCOUNT, { keys: createKeys() });
  const report = (id: string, tags: readonly string[]) =>
    engine.submit({
      key: { account: BUSY_ACCOUNT, id },
      create: { channel: "web_widget", user: null },
      inputs: [{ type: "ticket_updated", ticket: { tags } }],
    });
  const ids = Array.from({ length: EVENTS }, (_, index) => `busy ${index}`);
  // Batches are long while requests cost little.
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(ids.map((id) => report(id, [`round ${round}`])));
  }
  for (let change = 0; change < CHANGES; change += 1) {
    const overrides = { "inactivity.seconds": 600 + change };
    await engine.changeSettings(BUSY_ACCOUNT, { overrides });
  }
  const tagged = (index: number) =>
    ({ field: "ticket.tags", op: "includes", value: `fired ${index}` }) as const;
  const triggers = Array.from({ length: MAX_TRIGGERS }, (_, index) => ({
    name: `trigger ${index}`,
    enabled: true,
    all: [tagged(index + 1)],
    any: [],
    actions: [{ type: "add_tags", value: [`fired ${index}`] } as const],
  }));
  await engine.changeSettings(BUSY_ACCOUNT, { triggers });
  const fire = [`fired ${MAX_TRIGGERS}`];
  await Promise.all([...ids, ...ids.map(() => "busy 0")].map((id) => report(id, fire)));
}
