/**
 * Cases in which a process dies in the middle of a merge (rule 26), and another one on the same store
 * completes it: the visitor is counted once at every instant, and never offline for it.
 * @module
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Input } from "../core/input.ts";
import type { Session } from "../core/session.ts";
import { findSession } from "../engine/merges.ts";
import type { SessionKey, Store, Write } from "../stores/store.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { EngineHarness } from "./engine-harness.ts";

const ACCOUNT = "shop";
/** In two hash slots of a Redis Cluster, and in two of two shards. */
export const OLD: SessionKey = { account: ACCOUNT, id: "guest" };
export const SURVIVOR: SessionKey = { account: ACCOUNT, id: "signed-in" };

const START = 1_700_000_000_000;
const LEASE_MS = 15_000;
const BUFFER_MS = 15_000;
/** The lease would run out before the merge is completed. */
const MERGE_AT = START + 14_000;
/** How long after its beginning the sweep completes a merge. */
const RETRY_MS = 2_000;

const OPEN: Input = {
  ...{ type: "signal", signal: "open", page: "p", gen: 0, seq: 1 },
  ...{ visible: true, armed: false },
};
const LEAVE: Input = { type: "leave", page: "p", gen: 0, to: null };
const MESSAGE: Input = { type: "end_user_message", sentAt: null };
const assignedTo = (agent: string): Input => ({ type: "assigned", agent });
const AGENTS = ["ann", "ben"];

/** The steps of a merge, each by what its commit makes of one session. */
const STEPS = [
  "the old session has stopped",
  "the survivor has taken over",
  "the merge is complete",
];

function stepOf({ id, merge, mergesTaken }: Session): number | null {
  if (id === SURVIVOR.id) return mergesTaken.length > 0 ? 1 : null;
  if (!merge) return null;
  return merge.retryAt === null ? 2 : 0;
}

/** What an agent's view has of the visitor after a commit. */
interface Observed {
  readonly step: number;
  readonly queued: number;
  readonly capacityHeld: number;
  readonly presence: string | undefined;
}

/** The store, with what it shows after each commit of one of the two. */
class ObservedStore {
  /** Each different from the one before. */
  readonly observed: Observed[] = [];
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** As a process uses it that dies with the first commit of a step. */
  dyingAfter(lastStep: number): Store {
    let isDead = false;
    return this.of(async (writes) => {
      if (isDead) throw new Error("the process is dead");
      isDead = writes.some(({ session }) => stepOf(session) === lastStep);
    });
  }

  /** As a process uses it; `before` is called with what it is about to commit. */
  of(before: (writes: readonly Write[]) => Promise<void> = async () => {}): Store {
    const commit: Store["commit"] = async (writes) => {
      await before(writes);
      const outcomes = await this.#store.commit(writes);
      for (const { session } of writes) await this.#observe(stepOf(session));
      return outcomes;
    };
    return new Proxy(this.#store, {
      get(store, name) {
        if (name === "commit") return commit;
        const value: unknown = Reflect.get(store, name, store);
        return typeof value === "function" ? value.bind(store) : value;
      },
    });
  }

  async #observe(step: number | null): Promise<void> {
    if (step === null) return;
    const last = this.observed.at(-1);
    const { queued, direct } = await this.#store.countQueue(ACCOUNT);
    let capacityHeld = 0;
    for (const agent of AGENTS) {
      const held = { isHeld: true, limit: 10 } as const;
      capacityHeld += (await this.#store.assignments(ACCOUNT, agent, held)).length;
    }
    const presence = (await shown(this.#store))?.presence;
    const seen: Observed = {
      step: Math.max(step, last?.step ?? 0),
      queued: queued + direct,
      capacityHeld,
      presence,
    };
    if (JSON.stringify(seen) !== JSON.stringify(last)) this.observed.push(seen);
  }
}

async function collectorOn(store: Store, now: number): Promise<EngineHarness> {
  const harness = new EngineHarness(store, now);
  await harness.heartbeatUntil(now + 600_000);
  return harness;
}

/** The inputs of each of the two before the merge; a survivor without any is created by it. */
interface Visitor {
  readonly name: string;
  readonly old: readonly Input[];
  readonly survivor: readonly Input[];
  /** After each step. */
  readonly counts: readonly Pick<Observed, "queued" | "capacityHeld">[];
}

const [none, queued, held] = [
  { queued: 0, capacityHeld: 0 },
  { queued: 1, capacityHeld: 0 },
  { queued: 0, capacityHeld: 1 },
];

const VISITORS: readonly Visitor[] = [
  {
    name: "of a visitor who waits",
    old: [OPEN, MESSAGE],
    survivor: [],
    counts: [none, queued, queued],
  },
  {
    name: "of a visitor who has an agent",
    old: [OPEN, MESSAGE, assignedTo("ann")],
    survivor: [],
    counts: [none, held, held],
  },
  {
    name: "into a session that waits too",
    old: [OPEN, MESSAGE],
    survivor: [MESSAGE],
    counts: [queued, queued, queued],
  },
  {
    name: "into a session that has another agent",
    old: [OPEN, MESSAGE, assignedTo("ann")],
    survivor: [MESSAGE, assignedTo("ben")],
    counts: [held, held, held],
  },
];

/** A collector at the instant of the merge, with the two sessions. */
async function begin(store: Store, { old, survivor }: Omit<Visitor, "name" | "counts">) {
  const collector = await collectorOn(store, START);
  const overrides = {
    "presence.mode": "on",
    "presence.leaseSeconds.visible": LEASE_MS / 1_000,
    "presence.bufferSeconds": BUFFER_MS / 1_000,
  };
  await collector.changeSettings(ACCOUNT, { overrides, triggers: [] });
  const create = { channel: "web_widget" };
  await collector.submit({ key: OLD, inputs: old, create });
  if (survivor.length > 0) await collector.submit({ key: SURVIVOR, inputs: survivor, create });
  collector.jump(MERGE_AT);
  return collector;
}

const interrupted = VISITORS.flatMap(({ name, counts, ...inputs }) =>
  STEPS.map(
    (state, step): ConformanceCase => ({
      name: `a merge ${name}, whose process dies when ${state}, is complete 2 s later`,
      async run(open) {
        const store = await open();
        const observing = new ObservedStore(store);
        const dying = await begin(observing.dyingAfter(step), inputs);
        const merge = dying.merge(OLD, SURVIVOR.id);
        // After the last step nothing more is committed.
        if (step === 2) await merge;
        else await rejects(merge, /the process is dead/);
        const expected = counts.map((count, step) => ({ step, ...count, presence: "online" }));
        deepEqual(observing.observed, expected.slice(0, step + 1));

        const other = await collectorOn(observing.of(), MERGE_AT);
        await other.jumpTo(MERGE_AT + RETRY_MS - 1);
        deepEqual(observing.observed, expected.slice(0, step + 1));
        await other.jumpTo(MERGE_AT + RETRY_MS);
        deepEqual(observing.observed, expected);

        // The lease stood still until the survivor took over.
        const offlineAt = START + LEASE_MS + BUFFER_MS + (step === 0 ? RETRY_MS : 0);
        await other.jumpTo(offlineAt - 1);
        deepEqual(await shown(store), { id: SURVIVOR.id, presence: "online" });
        await other.jumpTo(offlineAt);
        deepEqual(await shown(store), { id: SURVIVOR.id, presence: "offline" });
        deepEqual(await offlineTimes(store), [offlineAt]);
      },
    }),
  ),
);

const onceOnly: readonly ConformanceCase[] = [
  {
    name: "a merge that another process completes leaves the survivor as it has become since",
    async run(open) {
      const store = await open();
      const dying = await begin(new ObservedStore(store).dyingAfter(1), {
        old: [OPEN, MESSAGE, assignedTo("ann")],
        survivor: [],
      });
      await rejects(dying.merge(OLD, SURVIVOR.id), /the process is dead/);
      const other = await collectorOn(store, MERGE_AT + 500);
      await leaveSurvivor(other);
      const before = await stored(store, SURVIVOR);
      await other.jumpTo(MERGE_AT + RETRY_MS);
      equal((await shown(store))?.id, SURVIVOR.id);
      deepEqual(await stored(store, SURVIVOR), before);
    },
  },
  {
    name: "a process that goes on with a merge after another one has completed it changes nothing",
    async run(open) {
      const store = await open();
      let [resume, markStalled] = [() => {}, () => {}];
      const resumed = new Promise<void>((resolve) => {
        resume = resolve;
      });
      const stalled = new Promise<void>((resolve) => {
        markStalled = resolve;
      });
      const stalling = new ObservedStore(store).of(async (writes) => {
        if (!writes.some(({ session }) => stepOf(session) === 1)) return;
        markStalled();
        await resumed;
      });
      const slow = await begin(stalling, {
        old: [OPEN, MESSAGE, assignedTo("ann")],
        survivor: [],
      });
      const merge = slow.merge(OLD, SURVIVOR.id);
      await stalled;
      const other = await collectorOn(store, MERGE_AT);
      await other.jumpTo(MERGE_AT + RETRY_MS);
      await leaveSurvivor(other);
      const before = [await stored(store, SURVIVOR), await stored(store, OLD)];
      slow.jump(other.now);
      resume();
      await merge;
      deepEqual([await stored(store, SURVIVOR), await stored(store, OLD)], before);
    },
  },
];

export const mergeConformanceCases: readonly ConformanceCase[] = [...interrupted, ...onceOnly];

/** The page is gone, and so is the agent. */
async function leaveSurvivor(collector: EngineHarness): Promise<void> {
  const inputs: Input[] = [LEAVE, { type: "unassigned", requeue: false }];
  await collector.submit({ key: SURVIVOR, inputs });
}

/** What the old session's id stands for. */
async function shown(store: Store) {
  const found = await findSession(store, OLD);
  return found && { id: found.session.id, presence: found.session.presence };
}

async function stored(store: Store, key: SessionKey) {
  const [found] = await store.load([{ key, eventIds: [] }]);
  return found?.stored ?? null;
}

async function offlineTimes(store: Store): Promise<number[]> {
  const times: number[] = [];
  for (const key of [OLD, SURVIVOR]) {
    const offline = (await store.history(key, 0, 100)).filter(
      ({ transition: { from, to } }) => from.presence === "online" && to.presence === "offline",
    );
    times.push(...offline.map(({ transition }) => transition.at));
  }
  return times;
}
