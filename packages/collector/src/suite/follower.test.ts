/**
 * What a follower of an account can know: the transitions alone give every session that the lists have, also
 * where sessions go on as others (rule 26).
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type TransitionView, viewSession, viewTransition } from "../http/views.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import { createEndpoint } from "../webhooks/endpoints.ts";
import { createMessage } from "../webhooks/sender.ts";
import { EngineHarness } from "./engine-harness.ts";
import { playSteps } from "./histories.ts";
import type { History, Operation } from "./history.ts";
import { history } from "./testing/generated.ts";

const runsAsked = process.env["RUNS"];

const ACCOUNT = "shop";
const START = 1_700_000_000_000;
const INCARNATION = "kqzvbnaf";
const endpoint = createEndpoint(
  { account: ACCOUNT, name: "desk", url: "https://desk.example/", events: "all" },
  START,
);

/** Follows an account as docs/webhooks.md describes: by `seq`, and by `mergedInto`. */
class Follower {
  readonly #sessions = new Map<string, TransitionView>();
  readonly #merged = new Set<string>();

  take(transition: TransitionView): void {
    const { session, seq, mergedInto } = transition;
    if (this.#merged.has(session) || seq <= (this.#sessions.get(session)?.seq ?? 0)) return;
    if (mergedInto === undefined) {
      this.#sessions.set(session, transition);
    } else {
      this.#sessions.delete(session);
      this.#merged.add(session);
    }
  }

  get mergeCount(): number {
    return this.#merged.size;
  }

  shown(): readonly object[] {
    return [...this.#sessions.values()]
      .map(({ session: id, to, queue, capacityHeld, assignee, seq }) => ({
        id,
        ...to,
        queue,
        capacityHeld,
        assignee,
        seq,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

/** Those of the list that had a transition. The others have nothing yet that a follower would miss. */
async function listed({ store, engine }: EngineHarness): Promise<readonly object[]> {
  const { sessions } = await store.list(ACCOUNT, { limit: 100 });
  const { settings } = engine.broadcasts.latest(ACCOUNT);
  const views = sessions.map(({ session }) => {
    const { id, state, reason, presence, ...view } = viewSession(session, settings);
    const { queue, capacityHeld, assignee, seq } = view;
    return { id, state, reason, presence, queue, capacityHeld, assignee, seq };
  });
  for (const { seq, state, queue, capacityHeld, assignee } of views) {
    if (seq > 0) continue;
    expect({ state, queue, capacityHeld, assignee }).toEqual({
      state: "none",
      queue: "none",
      capacityHeld: false,
      assignee: null,
    });
  }
  return views.filter(({ seq }) => seq > 0);
}

/** The history without erasure, of which nothing is sent, and without pruning before the log is read. */
function followable({ steps }: History): History {
  const kept = (operation: Operation): readonly Operation[] => {
    if (operation.type === "erase" || operation.type === "prune") return [];
    if (operation.type !== "submit" || operation.create === null) return [operation];
    // The API reports an assignee by an event, also for a session that it creates.
    return [{ ...operation, create: { ...operation.create, assignee: null } }];
  };
  return { steps: steps.map((each) => ({ ...each, operations: each.operations.flatMap(kept) })) };
}

async function playAndRead(
  generated: History,
  deliver: (entries: readonly LogEntry[], follower: Follower) => void,
): Promise<number> {
  const store: Store = new MemoryStore();
  const harness = new EngineHarness(store, START);
  const follower = new Follower();
  let cursor = 0;
  const options = { account: ACCOUNT, startAt: START };
  for await (const _answers of playSteps(harness, followable(generated), options)) {
    const entries = await store.log(ACCOUNT, cursor, 10_000);
    cursor = entries.at(-1)?.cursor ?? cursor;
    deliver(entries, follower);
    expect(follower.shown()).toEqual(await listed(harness));
  }
  return follower.mergeCount;
}

async function check(deliver: Parameters<typeof playAndRead>[1]): Promise<void> {
  let merged = 0;
  const play = fc.asyncProperty(history, async (generated) => {
    merged += await playAndRead(generated, deliver);
  });
  const numRuns = Number(runsAsked ?? 200);
  await fc.assert(play, { numRuns });
  // Otherwise merges would not be covered.
  expect(merged).toBeGreaterThan(numRuns / 20);
}

it("the stream and `GET /v1/transitions` give every session of the lists, for any history", async () => {
  await check((entries, follower) => {
    for (const entry of entries) follower.take(viewTransition(entry, INCARNATION));
  });
}, 300_000);

it("webhooks give every session of the lists, though one session's overtake another's, come twice or replace earlier ones, for any history", async () => {
  await check((entries, follower) => {
    const bySession = new Map(entries.map((entry) => [entry.session, entry]));
    const latest = [...bySession.values()].reverse();
    for (const entry of [...latest, ...latest]) {
      const { body } = createMessage(endpoint, entry, INCARNATION, START);
      follower.take(JSON.parse(body).data);
    }
  });
}, 300_000);
