/**
 * Each route and timer whose work grows with what is stored, in the worst case of `loop-load.ts`. They
 * run in this order: the last ones delete what the first ones read.
 * @module
 */
import { nextTurn } from "../../async/turns.ts";
import { applyRetention } from "../../engine/retention.ts";
import { sweep } from "../../engine/sweep.ts";
import type { ScanPart } from "../../stores/store.ts";
import { DeliverySupervisor } from "../../webhooks/delivery-supervisor.ts";
import { ACCOUNT, type LoopLoad, WEBHOOK } from "./loop-load.ts";

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
  request("GET", "/metrics"),
  request("GET", "/v1/webhooks"),
  request("GET", `/v1/webhooks/${WEBHOOK}/deliveries?limit=500`),
  request("POST", `/v1/webhooks/${WEBHOOK}/replay`, { status: "failed" }),
  { name: "GET /v1/stream, from the beginning of the history", run: readStream },
  { name: "webhooks: a backlog, and sessions that wait", run: deliver },
  {
    name: "timer: the accounts",
    run: ({ runtime }) => runtime.accounts.refresh(),
  },
  { name: "timer: the sweep of due sessions", run: sweepAll },
  {
    name: "timer: the sweep of leases that run out together",
    async run(load) {
      await renewAll(load);
      await sweepAll(load);
    },
  },
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
    async run({ runtime: { engine } }) {
      const { overrides } = engine.broadcasts.latest(ACCOUNT);
      const days = { retentionDays: 1, sessionRetentionDays: 29 };
      await engine.changeSettings(ACCOUNT, { overrides: { ...overrides, ...days } });
      await applyRetention(engine, [ACCOUNT]);
    },
  },
];

const PART = 1_000;

/** Renews the lease of each session, so that it has run out since. */
async function renewAll({ runtime: { engine } }: LoopLoad): Promise<void> {
  const { store, clock } = engine;
  const leaseUntil = clock.now() - 1;
  for (let after: string | null = null; ; ) {
    const part: ScanPart = await store.scan(ACCOUNT, after, PART);
    const lookups = part.sessions.map(({ session: { id } }) => ({
      key: { account: ACCOUNT, id },
      eventIds: [],
    }));
    const found = await store.load(lookups);
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

/** A worker that reads the whole log, of which nothing is wanted, and has thousands of sessions that wait. */
async function deliver({ runtime: { engine } }: LoopLoad): Promise<void> {
  const { store, clock, logNotifier } = engine;
  const supervisor = new DeliverySupervisor({
    engine: { store, clock, logNotifier },
    send: async () => ({ outcome: "delivered", response: 200, error: null, retryAfterMs: null }),
    onError: (error) => {
      throw error;
    },
  });
  await store.outbox.moveCursor({ account: ACCOUNT, id: WEBHOOK }, 0, false);
  supervisor.start();
  const end = await store.lastCursor(ACCOUNT);
  for (;;) {
    const [status] = await store.outbox.endpoints(ACCOUNT);
    if ((status?.cursor ?? end) >= end) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await supervisor.stop();
}
