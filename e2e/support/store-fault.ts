/**
 * A collector whose store fails for a while, under pages that beat and a help desk that reports.
 * Everything that was answered must be stored, and nothing that was refused.
 * @module
 */
import type { TestCollector } from "./collector.ts";
import { pause, until } from "./wait.ts";

const PAGES = 12;
const BEAT_EVERY_MS = 300;
const EVENT_EVERY_MS = 150;
/** Longer than lease and buffer, and than the 5 s that do not yet count as an outage. */
const FAULT_MS = 7_500;
const BUFFER_S = 2;

const SETTINGS = {
  termsAccepted: true,
  binding: "open",
  presence: {
    mode: "on",
    bufferSeconds: BUFFER_S,
    closeBufferSeconds: BUFFER_S,
    beatSeconds: { waiting: 1, assigned: 1, hidden: 1, idle: 1 },
    leaseSeconds: 4,
  },
};

export interface StoreFault {
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
}

export interface StoreFaultReport {
  /** Every other answer than 200 to a signal, once: status, code, and whether it has `Retry-After`. */
  readonly refusals: readonly string[];
  readonly readyDuring: number;
  readonly writableDuring: number | null;
  /** Signals that were sent while the store was not writable, and answered with 200. */
  readonly takenDuring: number;
  readonly offline: readonly string[];
  /** Answered events that are not stored exactly once. */
  readonly lost: readonly string[];
  /** Refused events that are stored nevertheless. */
  readonly halfApplied: readonly string[];
  readonly writableAfter: number | null;
  readonly counts: { readonly beats: number; readonly events: number; readonly refused: number };
}

/** Signals are refused as the contract says, nothing is lost, and nobody was marked offline. */
export const SURVIVED = {
  refusals: ["503 unavailable, Retry-After"],
  readyDuring: 503,
  writableDuring: 0,
  takenDuring: 0,
  offline: [],
  lost: [],
  halfApplied: [],
  writableAfter: 1,
};

/** Plays one fault; `during` runs while it lasts. */
export async function playFault(
  collector: TestCollector,
  fault: StoreFault,
  during: () => Promise<void> = async () => {},
): Promise<StoreFaultReport> {
  await collector.request("PATCH", "/v1/settings", SETTINGS);
  const names = Array.from({ length: PAGES }, (_, index) => `conv_${index}`);
  for (const name of names) await collector.request("PUT", `/v1/sessions/${name}`, {});
  const refusals = new Set<string>();
  const [answered, refused] = [new Set<string>(), new Set<string>()];
  const taken = new Map(names.map((name) => [name, 0]));
  let isRunning = true;
  /** Whether the collector is known not to be ready. */
  let isFaulty = false;
  let takenDuring = 0;
  const beat = async (session: string) => {
    for (let seq = 1; isRunning; seq += 1) {
      const signal = { type: seq === 1 ? "open" : "beat", seq, visible: true, armed: false };
      const page = { session, page: `page_${session}`, gen: 0 };
      const body = { v: 1, key: collector.keys.publishable, ...page, ...signal };
      const wasFaulty = isFaulty;
      const response = await fetch(`${collector.url}/v1/signals`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      const { code } = (await response.json()) as { code?: string };
      if (response.ok) {
        taken.set(session, (taken.get(session) ?? 0) + 1);
        if (wasFaulty && isFaulty) takenDuring += 1;
      } else {
        const hasPause = response.headers.has("Retry-After");
        refusals.add(`${response.status} ${code}${hasPause ? ", Retry-After" : ""}`);
      }
      await pause(BEAT_EVERY_MS);
    }
  };
  let count = 0;
  const reportOne = async () => {
    count += 1;
    const agent = `agent_${count}`;
    const session = names[count % PAGES];
    const { ok } = await collector.api("PUT", `/v1/sessions/${session}`, { assignee: agent });
    (ok ? answered : refused).add(agent);
  };
  let reported: Promise<unknown> = Promise.resolve();
  const report = async () => {
    while (isRunning) {
      reported = reported.then(reportOne);
      await reported;
      await pause(EVENT_EVERY_MS);
    }
  };
  /** Begins the fault between two events: the answer to one that it interrupts may be lost, and then says nothing. */
  const begin = async () => {
    reported = reported.then(() => fault.begin());
    await reported;
  };
  const work = [...names.map(beat), report()];
  const beatAgain = async () => {
    const before = new Map(taken);
    await until("beats of all pages", async () =>
      names.every((name) => (taken.get(name) ?? 0) > (before.get(name) ?? 0) + 1),
    );
  };
  const sum = () => [...taken.values()].reduce((total, each) => total + each, 0);
  try {
    await beatAgain();
    await begin();
    await until("the collector not to be ready", async () => (await ready(collector)) === 503);
    isFaulty = true;
    const writableDuring = await writable(collector);
    await during();
    await pause(FAULT_MS);
    const readyDuring = await ready(collector);
    isFaulty = false;
    await fault.end();
    await until("the collector to be ready", async () => (await ready(collector)) === 200);
    await beatAgain();
    // All pages were heard again: only a buffer that began before that could still end.
    await pause(BUFFER_S * 1_000 + 500);
    isRunning = false;
    await Promise.all(work);
    const log = await collector.log();
    const stored = await Promise.all(names.map((name) => agentsOf(collector, name)));
    const known = stored.flat();
    return {
      refusals: [...refusals],
      readyDuring,
      writableDuring,
      takenDuring,
      offline: log.filter(({ to }) => to.presence === "offline").map(({ session }) => session),
      lost: [...answered].filter((agent) => known.filter((each) => each === agent).length !== 1),
      halfApplied: [...refused].filter((agent) => known.includes(agent)),
      writableAfter: await writable(collector),
      counts: { beats: sum(), events: answered.size, refused: refused.size },
    };
  } finally {
    isRunning = false;
    await Promise.allSettled(work);
  }
}

/** The agents to whom a session was ever assigned, by its history. */
async function agentsOf(collector: TestCollector, session: string): Promise<readonly string[]> {
  const { transitions } = await collector.request<{
    transitions: { cause: string; assignee: string | null }[];
  }>("GET", `/v1/sessions/${session}/transitions?limit=500`);
  return transitions.flatMap(({ cause, assignee }) =>
    cause === "assigned" && assignee !== null ? [assignee] : [],
  );
}

async function ready(collector: TestCollector): Promise<number> {
  return (await fetch(`${collector.url}/readyz`)).status;
}

async function writable(collector: TestCollector): Promise<number | null> {
  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  const value = /^stillhere_store_writable (\d)$/m.exec(metrics)?.[1];
  return value === undefined ? null : Number(value);
}
