/**
 * What every store must pass, as cases that need no test framework: run each with a way to open an
 * empty store. Authors of other drivers can import them from `@stillhere/collector/conformance`.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createSession, type Session } from "../core/session.ts";
import type { Transition } from "../core/transition.ts";
import type { Account, Facets, SessionKey, Store, Write } from "./store.ts";

export interface ConformanceCase {
  readonly name: string;
  /** Throws where the store does not do as it must. `open` answers a store with nothing in it. */
  run(open: () => Promise<Store>): Promise<void>;
}

export const ACCOUNT = "shop";
export const NOW = 1_700_000_000_000;

const FACETS: Facets = {
  state: "active",
  presence: "online",
  queue: "none",
  queuedAt: null,
  assignee: null,
  group: null,
  user: null,
  capacityHeld: false,
};

export function keyOf(id: string, account = ACCOUNT): SessionKey {
  return { account, id };
}

function sessionOf(id: string, change: Partial<Session> = {}): Session {
  return { ...createSession({ id, channel: "web_widget" }, NOW), ...change };
}

export function transitionOf(seq: number): Transition {
  const standing = { state: "active", reason: null, presence: "online" } as const;
  return {
    seq,
    at: NOW + seq,
    from: standing,
    to: standing,
    cause: "signal",
    queue: "none",
    capacityHeld: false,
    assignee: null,
    heardAt: null,
    ticketChanges: {},
    triggers: [],
    notify: [],
  };
}

export function writeOf(id: string, change: Partial<Write> = {}): Write {
  return {
    key: keyOf(id),
    expectedVersion: 0,
    session: sessionOf(id),
    shadow: null,
    epoch: 0,
    facets: FACETS,
    deadlineAt: null,
    eventIds: [],
    transitions: [],
    shadowTransitions: [],
    ...change,
  };
}

async function loadOne(store: Store, id: string, eventIds: string[] = []) {
  const [found] = await store.load([{ key: keyOf(id), eventIds }]);
  return found;
}

const accountOf = (name: string): Account => ({
  name,
  publishableKeys: [{ key: `pk_${name}`, expiresAt: null }],
  secretKeys: [{ hash: `hash of ${name}`, hint: "sk_1234", expiresAt: NOW }],
  tokenSecrets: [{ secret: `ts_${name}`, expiresAt: null }],
  createdAt: NOW,
});

export const conformanceCases: readonly ConformanceCase[] = [
  {
    name: "what was committed is loaded, each answer at its question's place",
    async run(open) {
      const store = await open();
      const session = sessionOf("a", { user: "u_1", seq: 3, pages: [], causes: [] });
      const shadow = sessionOf("a", { presence: "offline" });
      await store.commit([writeOf("a", { session, shadow, epoch: 4, deadlineAt: NOW + 5 })]);
      const found = await store.load([
        { key: keyOf("b"), eventIds: [] },
        { key: keyOf("a"), eventIds: [] },
      ]);
      deepEqual(found[0], { stored: null, seenEventIds: [] });
      deepEqual(found[1], {
        stored: { session, shadow, version: 1, epoch: 4, deadlineAt: NOW + 5 },
        seenEventIds: [],
      });
    },
  },
  {
    name: "a write on an old version is a conflict and leaves nothing behind",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a")]);
      const first = writeOf("a", { expectedVersion: 1, session: sessionOf("a", { user: "x" }) });
      const second = writeOf("a", {
        expectedVersion: 1,
        session: sessionOf("a", { user: "y" }),
        deadlineAt: NOW,
        eventIds: ["e"],
        transitions: [transitionOf(1)],
      });
      deepEqual(await store.commit([first]), ["committed"]);
      deepEqual(await store.commit([second]), ["conflict"]);
      const found = await loadOne(store, "a", ["e"]);
      equal(found?.stored?.session.user, "x");
      equal(found?.stored?.version, 2);
      deepEqual(found?.seenEventIds, []);
      deepEqual(await store.due(NOW, 10), []);
      deepEqual(await store.history(keyOf("a"), 0, 10), []);
    },
  },
  {
    name: "only one of two creations wins",
    async run(open) {
      const store = await open();
      deepEqual(await store.commit([writeOf("a"), writeOf("a")]), ["committed", "conflict"]);
    },
  },
  {
    name: "of a batch the conflicts alone are left out",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a")]);
      const outcomes = await store.commit([writeOf("a"), writeOf("b"), writeOf("c")]);
      deepEqual(outcomes, ["conflict", "committed", "committed"]);
      ok((await loadOne(store, "c"))?.stored);
    },
  },
  {
    name: "a session that was erased cannot be written on",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a")]);
      equal(await store.erase(keyOf("a")), true);
      deepEqual(await store.commit([writeOf("a", { expectedVersion: 1 })]), ["conflict"]);
    },
  },
  {
    name: "event ids are remembered with their session",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a", { eventIds: ["e1", "e2"] }), writeOf("b")]);
      deepEqual((await loadOne(store, "a", ["e2", "e3", "e1"]))?.seenEventIds, ["e2", "e1"]);
      deepEqual((await loadOne(store, "b", ["e1"]))?.seenEventIds, []);
    },
  },
  {
    name: "sessions are due at their deadline, the most overdue first, until it moves",
    async run(open) {
      const store = await open();
      await store.commit([
        writeOf("late", { deadlineAt: NOW - 1 }),
        writeOf("later", { deadlineAt: NOW - 2 }),
        writeOf("now", { deadlineAt: NOW }),
        writeOf("soon", { deadlineAt: NOW + 1 }),
        writeOf("never"),
      ]);
      const idsOf = (keys: readonly SessionKey[]) => keys.map(({ id }) => id);
      deepEqual(idsOf(await store.due(NOW, 10)), ["later", "late", "now"]);
      deepEqual(idsOf(await store.due(NOW, 1)), ["later"]);
      await store.commit([
        writeOf("later", { expectedVersion: 1, deadlineAt: NOW + 9 }),
        writeOf("late", { expectedVersion: 1, deadlineAt: null }),
      ]);
      deepEqual(idsOf(await store.due(NOW, 10)), ["now"]);
      deepEqual(await store.due(NOW, 10), [keyOf("now")]);
    },
  },
  {
    name: "sessions behind an epoch are found, of that account only",
    async run(open) {
      const store = await open();
      await store.commit([
        writeOf("old", { epoch: 1 }),
        writeOf("new", { epoch: 2 }),
        writeOf("other", { key: keyOf("other", "desk"), epoch: 0 }),
      ]);
      deepEqual(await store.behind(ACCOUNT, 2, 10), [keyOf("old")]);
      deepEqual(await store.behind(ACCOUNT, 1, 10), []);
    },
  },
  {
    name: "lists go by id, are filtered and continue after an id",
    async run(open) {
      const store = await open();
      const gone: Facets = { ...FACETS, state: "inactive", presence: "offline" };
      await store.commit([
        writeOf("c"),
        writeOf("a"),
        writeOf("b", { facets: gone }),
        writeOf("d", { facets: { ...FACETS, assignee: "ann", queue: "queued", queuedAt: NOW } }),
        writeOf("x", { key: keyOf("x", "desk") }),
      ]);
      const ids = async (query: object) =>
        (await store.list(ACCOUNT, { limit: 10, ...query })).map(({ session }) => session.id);
      deepEqual(await ids({}), ["a", "b", "c", "d"]);
      deepEqual(await ids({ limit: 2 }), ["a", "b"]);
      deepEqual(await ids({ afterId: "b" }), ["c", "d"]);
      deepEqual(await ids({ state: "inactive" }), ["b"]);
      deepEqual(await ids({ presence: "online", queue: "none" }), ["a", "c"]);
      deepEqual(await ids({ assignee: "ann" }), ["d"]);
      deepEqual(await ids({ queue: "queued", afterId: "d" }), []);
    },
  },
  {
    name: "the queue goes by place, then id, and by group",
    async run(open) {
      const store = await open();
      const at = (queuedAt: number, group: string | null, queue: Facets["queue"] = "queued") => ({
        facets: { ...FACETS, queue, queuedAt, group },
      });
      await store.commit([
        writeOf("third", at(NOW + 2, "vip", "direct")),
        writeOf("b", at(NOW, null)),
        writeOf("a", at(NOW, "vip")),
        writeOf("out", { facets: { ...FACETS, queuedAt: NOW - 1 } }),
      ]);
      const ids = async (group: string | null) =>
        (await store.queue(ACCOUNT, group)).map(({ session }) => session.id);
      deepEqual(await ids(null), ["a", "b", "third"]);
      deepEqual(await ids("vip"), ["a", "third"]);
    },
  },
  {
    name: "history goes by number, the account's log by cursor",
    async run(open) {
      const store = await open();
      await store.commit([writeOf("a", { transitions: [transitionOf(1), transitionOf(2)] })]);
      await store.commit([writeOf("b", { transitions: [transitionOf(1)] })]);
      await store.commit([
        writeOf("a", { expectedVersion: 1, transitions: [transitionOf(3)] }),
        writeOf("x", { key: keyOf("x", "desk"), transitions: [transitionOf(1)] }),
      ]);
      const history = await store.history(keyOf("a"), 1, 10);
      deepEqual(
        history.map(({ transition }) => transition),
        [transitionOf(2), transitionOf(3)],
      );
      equal((await store.history(keyOf("a"), 0, 1)).length, 1);
      equal(history[0]?.sessionCreatedAt, NOW);
      const log = await store.log(ACCOUNT, 0, 10);
      deepEqual(
        log.map(({ session, transition }) => `${session}${transition.seq}`),
        ["a1", "a2", "b1", "a3"],
      );
      ok(log.every(({ cursor }, index) => index === 0 || cursor > (log[index - 1]?.cursor ?? 0)));
      equal(await store.lastCursor(ACCOUNT), log[3]?.cursor);
      equal(await store.lastCursor("nobody"), 0);
      const rest = await store.log(ACCOUNT, log[1]?.cursor ?? 0, 1);
      equal(rest[0]?.session, "b");
    },
  },
  {
    name: "what would have happened has a history of its own",
    async run(open) {
      const store = await open();
      const shadowTransitions = [transitionOf(1), transitionOf(2)];
      await store.commit([writeOf("a", { transitions: [transitionOf(1)], shadowTransitions })]);
      equal((await store.history(keyOf("a"), 0, 10)).length, 1);
      equal((await store.log(ACCOUNT, 0, 10)).length, 1);
      equal((await store.history(keyOf("a"), 0, 10, "shadow")).length, 2);
      const log = await store.log(ACCOUNT, 0, 10, "shadow");
      deepEqual(
        log.map(({ transition }) => transition),
        shadowTransitions,
      );
    },
  },
  {
    name: "agents are kept with their capacity, and who has which session",
    async run(open) {
      const store = await open();
      await store.putAgent(ACCOUNT, { id: "bob", capacity: 2 });
      await store.putAgent(ACCOUNT, { id: "ann", capacity: 1 });
      await store.putAgent(ACCOUNT, { id: "bob", capacity: 3 });
      await store.putAgent("desk", { id: "eve", capacity: 9 });
      deepEqual(await store.agents(ACCOUNT), [
        { id: "ann", capacity: 1 },
        { id: "bob", capacity: 3 },
      ]);
      const of = (assignee: string, capacityHeld: boolean) => ({
        facets: { ...FACETS, assignee, capacityHeld },
      });
      await store.commit([
        writeOf("z", of("ann", true)),
        writeOf("y", of("bob", false)),
        writeOf("x", of("ann", false)),
        writeOf("w"),
      ]);
      const all = await store.assignments(ACCOUNT);
      deepEqual(all, [
        { agent: "ann", session: "x", capacityHeld: false },
        { agent: "ann", session: "z", capacityHeld: true },
        { agent: "bob", session: "y", capacityHeld: false },
      ]);
      deepEqual(await store.assignments(ACCOUNT, "bob"), all.slice(2));
    },
  },
  {
    name: "a user's sessions are found, and counted with all others of the account",
    async run(open) {
      const store = await open();
      const of = (user: string | null) => ({ facets: { ...FACETS, user } });
      await store.commit([
        writeOf("c", of("u_1")),
        writeOf("a", of("u_1")),
        writeOf("b", of("u_2")),
        writeOf("d", of(null)),
        writeOf("x", { key: keyOf("x", "desk"), ...of("u_1") }),
      ]);
      deepEqual(await store.sessionsOf(ACCOUNT, "u_1"), ["a", "c"]);
      deepEqual(await store.sessionsOf(ACCOUNT, "nobody"), []);
      equal(await store.count(ACCOUNT), 4);
      equal(await store.count("nobody"), 0);
    },
  },
  {
    name: "history from before an instant is forgotten, of that account only",
    async run(open) {
      const store = await open();
      const transitions = [transitionOf(1), transitionOf(2), transitionOf(3)];
      await store.commit([
        writeOf("a", { transitions, shadowTransitions: [transitionOf(1)] }),
        writeOf("x", { key: keyOf("x", "desk"), transitions }),
      ]);
      equal(await store.prune(ACCOUNT, NOW + 3, 100), 3);
      equal(await store.prune(ACCOUNT, NOW + 3, 100), 0);
      const left = await store.history(keyOf("a"), 0, 10);
      deepEqual(
        left.map(({ transition }) => transition.seq),
        [3],
      );
      deepEqual(await store.history(keyOf("a"), 0, 10, "shadow"), []);
      equal((await store.log("desk", 0, 10)).length, 3);
    },
  },
  {
    name: "erasing takes all of one session and nothing of another",
    async run(open) {
      const store = await open();
      const full = { deadlineAt: NOW, eventIds: ["e"], transitions: [transitionOf(1)] };
      await store.commit([writeOf("a", full), writeOf("b", full)]);
      equal(await store.erase(keyOf("a")), true);
      equal(await store.erase(keyOf("a")), false);
      deepEqual(await loadOne(store, "a", ["e"]), { stored: null, seenEventIds: [] });
      deepEqual(await store.due(NOW, 10), [keyOf("b")]);
      deepEqual(
        (await store.log(ACCOUNT, 0, 10)).map(({ session }) => session),
        ["b"],
      );
      deepEqual(await store.commit([writeOf("a", full)]), ["committed"]);
    },
  },
  {
    name: "accounts are kept, and replaced by name",
    async run(open) {
      const store = await open();
      deepEqual(await store.accounts(), []);
      await store.putAccount(accountOf("shop"));
      await store.putAccount(accountOf("desk"));
      const rotated = { ...accountOf("shop"), tokenSecrets: [] };
      await store.putAccount(rotated);
      const accounts = [...(await store.accounts())].sort((a, b) => (a.name < b.name ? -1 : 1));
      deepEqual(accounts, [accountOf("desk"), rotated]);
    },
  },
  {
    name: "broadcasts are numbered and kept in order",
    async run(open) {
      const store = await open();
      const settings = { type: "settings", account: ACCOUNT, at: NOW, triggers: [] } as const;
      const first = await store.broadcast({ ...settings, overrides: { routing: "omnichannel" } });
      const second = await store.broadcast({ ...settings, overrides: {} });
      ok(second > first);
      deepEqual(await store.broadcasts(0), [
        { ...settings, overrides: { routing: "omnichannel" }, epoch: first },
        { ...settings, overrides: {}, epoch: second },
      ]);
      equal((await store.broadcasts(first)).length, 1);
    },
  },
  {
    name: "a mark that is too old is an outage, told once",
    async run(open) {
      const store = await open();
      equal(await store.hear(NOW, 5_000), false);
      equal(await store.hear(NOW + 5_000, 5_000), false);
      equal(await store.hear(NOW + 4_000, 5_000), false, "the mark never moves back");
      equal(await store.hear(NOW + 10_001, 5_000), true);
      equal(await store.hear(NOW + 10_002, 5_000), false);
      const [outage] = await store.broadcasts(0);
      deepEqual(outage && { ...outage, epoch: 0 }, {
        type: "outage",
        account: null,
        epoch: 0,
        at: NOW + 10_001,
        fromAt: NOW + 5_000,
      });
    },
  },
];
