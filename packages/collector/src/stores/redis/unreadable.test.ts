/**
 * Keys and records in Redis that cannot be used.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { RecordError } from "../record-error.ts";
import { type Found, StoreError, type WriteOutcome } from "../store.ts";
import { entryOf, recordWrite } from "../suite/admin.ts";
import {
  ACCOUNT,
  keyOf,
  NOW,
  sessionOf,
  sessionWithBeat,
  transitionOf,
  writeOf,
} from "../suite/case.ts";
import { endpointOf, KEY, SOON, settlementOf, waitingOf } from "../suite/endpoint.ts";
import { hurtsOnlyItsSession } from "../testing/unreadable.ts";
import {
  accountKeys,
  COMMON_KEYS,
  commonKeys,
  endpointKeys,
  partitionKeys,
  sessionKeys,
  webhookKeys,
} from "./keys.ts";
import { partitionOf } from "./partition.ts";
import type { RedisStore } from "./redis-store.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

const PARTITIONS = 64;
const RENEWAL = { seq: 2, leaseUntil: NOW + 20_000 };
const partitionOfId = (id: string) => partitionOf(keyOf(id), PARTITIONS);
const keysOf = (id: string) => ({
  ...sessionKeys(partitionOfId(id), ACCOUNT),
  ...partitionKeys(partitionOfId(id)),
});

let server: RedisServer;
let store: RedisStore;
let passedOver: string[];
beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.command("FLUSHALL");
  store = await openRedisStore(server.url);
  passedOver = [];
  store.onUnreadable(({ message }) => passedOver.push(message));
});
afterEach(() => store.close());

const recordOf = (id: string) => server.command("HGET", keysOf(id).sessions, id);
const setRecord = (id: string, record: string) =>
  server.command("HSET", keysOf(id).sessions, id, record);

/** Puts a text in the place of a key, and the key back. */
function misplace(key: string) {
  const aside = `aside:${key}`;
  return {
    damage: () => {
      if (server.command("EXISTS", key) === "1") server.command("RENAME", key, aside);
      server.command("SET", key, "something else");
    },
    repair: () => {
      server.command("DEL", key);
      if (server.command("EXISTS", aside) === "1") server.command("RENAME", aside, key);
    },
  };
}

describe("a session's record", () => {
  it.each<[string, (record: string) => string]>([
    ["has a damaged session", (record) => record.slice(0, -3)],
    ["has a damaged first line", (record) => record.replace(/^\d+ /, "x ")],
    ["is a text without lines", () => "something else"],
    ["is of a newer version", (record) => record.replace("\n[2,", "\n[3,")],
  ])("that %s hurts only its own session, until it is repaired", async (_, damaged) => {
    let record = "";
    await hurtsOnlyItsSession(store, {
      damage(id) {
        record = recordOf(id);
        expect(damaged(record)).not.toBe(record);
        setRecord(id, damaged(record));
      },
      repair: (id) => void setRecord(id, record),
    });
  });

  it("is passed over by lists, whose pages are as long as ever", async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `s${index}`);
    await store.commit(ids.map((id) => writeOf(id)));
    for (const id of ["s0", "s1", "s4"]) setRecord(id, "[");
    const { sessions } = await store.list(ACCOUNT, { limit: 4 });
    expect(sessions.map(({ session }) => session.id)).toEqual(["s2", "s3", "s5", "s6"]);
    expect(new Set(passedOver).size).toBe(3);
  });

  it("can be erased nevertheless, with what the indexes have of it", async () => {
    const transitions = [transitionOf(1)];
    const columns = { ...writeOf("").columns, assignee: "ann", capacityHeld: true };
    await store.commit([writeOf("a", { transitions, columns, deadlineAt: NOW })]);
    setRecord("a", "[");
    expect(await store.erase(keyOf("a"), { expectedVersion: 1 })).toBe(false);
    expect(await store.erase(keyOf("a"))).toBe(true);
    expect(await store.count(ACCOUNT)).toBe(0);
    expect(await store.countByState(ACCOUNT)).toMatchObject({ active: 0 });
    expect(await store.assignments(ACCOUNT, "ann", { limit: 10 })).toEqual([]);
    expect(await store.history(keyOf("a"), 0, 10)).toEqual([]);
    expect(await store.due(NOW, 10)).toEqual([]);
    expect(await store.commit([writeOf("a")])).toEqual(["committed"]);
  });

  it("is renewed by no cached beat, and the beats of others are", async () => {
    const write = (id: string) => writeOf(id, { session: sessionWithBeat(id, 1, NOW) });
    await store.commit([write("a"), write("b")]);
    const lookups = ["a", "b"].map((id) => ({ key: keyOf(id), eventIds: [] }));
    const found = await store.load(lookups);
    const damaged = recordOf("a").replace(/^[^\n]*/, "1 x");
    setRecord("a", damaged);
    const leases = found.map(({ number = 0 }) => {
      const lease = { expectedVersion: 1, seq: 2, leaseUntil: NOW + 20_000 };
      return { ...lease, number, deadlineAt: NOW + 20_000 };
    });
    expect(await store.renew(leases)).toEqual(["conflict", "committed"]);
    expect(recordOf("a")).toBe(damaged);
    setRecord("a", "1");
    expect(await store.renew(leases)).toEqual(["conflict", "conflict"]);
  });
});

describe("a session with a damaged first line", () => {
  it("keeps no other of its partition from catching up, and is not searched for all the time", async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `s${index}`);
    const [other = ""] = ids.filter((id) => partitionOfId(id) === partitionOfId("a"));
    await store.commit([writeOf("a"), writeOf(other)]);
    setRecord("a", recordOf("a").replace(/^\d+ \d+/, "x x"));
    expect(await store.notCaughtUp(ACCOUNT, 1, 10)).toEqual([keyOf(other)]);
    await store.commit([writeOf(other, { expectedVersion: 1, epoch: 1 })]);
    expect(await store.notCaughtUp(ACCOUNT, 1, 10)).toEqual([]);
    const searches = () =>
      /cmdstat_zrangebylex:calls=(\d+)/.exec(server.command("INFO", "commandstats"))?.[1];
    const before = searches();
    expect(await store.notCaughtUp(ACCOUNT, 1, 10)).toEqual([]);
    expect(searches()).toBe(before);
  });
});

describe("a key of the wrong type", () => {
  it.each([
    "sessions",
    "ids",
    "columns",
    "epochs",
    "assigned",
    "events",
    "relayQueue",
    "due",
    "pending",
    "terms",
    "changes",
    "changeLeaves",
    "waitingLeaves",
  ] as const)(
    "(%s) stops the sessions of its partition, writes nothing of them, and no others",
    async (name) => {
      const writes = ["a", "b", "c"].map((id) =>
        writeOf(id, { deadlineAt: NOW, eventIds: ["e"], transitions: [transitionOf(1)] }),
      );
      expect(new Set(["a", "b", "c"].map(partitionOfId)).size).toBe(3);
      const { damage, repair } = misplace(keysOf("b")[name]);
      damage();
      const outcomes = await store.commit(writes);
      expect(outcomes).toEqual([
        "committed",
        { unreadable: expect.stringContaining(`The Redis key ${keysOf("b")[name]} is a string`) },
        "committed",
      ]);
      expect((await store.due(NOW, 10)).map(({ id }) => id).sort()).toEqual(["a", "c"]);
      await store.notCaughtUp(ACCOUNT, 1, 10);
      repair();
      expect(server.command("HEXISTS", keysOf("b").sessions, "b")).toBe("0");
      expect(server.command("ZCARD", keysOf("b").due)).toBe("0");
      expect(await store.commit([writes[1] as (typeof writes)[0]])).toEqual(["committed"]);
      expect(await store.log(ACCOUNT, 0, 10)).toHaveLength(3);
    },
  );

  it("(terms) is passed over by look-ups, which find the sessions of all others", async () => {
    const writes = ["a", "b", "c"].map((id) =>
      writeOf(id, { session: sessionOf(id, { user: "u" }) }),
    );
    await store.commit(writes);
    const found = async () =>
      (await store.list(ACCOUNT, { user: "u", limit: 10 })).sessions.map(
        ({ session }) => session.id,
      );
    const { terms } = keysOf("b");
    const { damage, repair } = misplace(terms);
    damage();
    expect(await found()).toEqual(["a", "c"]);
    expect(passedOver).toEqual([expect.stringContaining(`The Redis key ${terms} is a string`)]);
    repair();
    expect(await found()).toEqual(["a", "b", "c"]);
  });

  /** Loads three sessions, renews their leases while a key of the second one is another, and reads them. */
  async function renewDamaged(
    name: "sessions" | "due",
    renew: (found: readonly Found[], renewal: typeof RENEWAL) => Promise<readonly WriteOutcome[]>,
  ) {
    const ids = ["a", "b", "c"];
    const session = (id: string) => ({ ...sessionWithBeat(id, 1, NOW), id });
    await store.commit(ids.map((id) => writeOf(id, { session: session(id), deadlineAt: NOW })));
    const found = await store.load(ids.map((id) => ({ key: keyOf(id), eventIds: [] })));
    const { damage, repair } = misplace(keysOf("b")[name]);
    damage();
    expect(await renew(found, RENEWAL)).toEqual([
      "committed",
      { unreadable: expect.stringContaining(`The Redis key ${keysOf("b")[name]} is a string`) },
      "committed",
    ]);
    repair();
    const versions = ids.map((id) => recordOf(id).split(" ")[0]);
    expect(versions).toEqual(["2", "1", "2"]);
    expect(server.command("ZSCORE", keysOf("b").due, `${ACCOUNT} b`)).toBe(String(NOW));
  }

  it.each(["sessions", "due"] as const)(
    "(%s) stops the cached beats of its partition, renews none of them, and all others",
    (name) =>
      renewDamaged(name, (found, renewal) =>
        store.renew(
          found.map(({ number = 0 }) => ({
            ...{ number, expectedVersion: 1, ...renewal },
            deadlineAt: renewal.leaseUntil,
          })),
        ),
      ),
  );

  it.each(["sessions", "due"] as const)(
    "(%s) stops the first beats of its partition, renews none of them, and all others",
    (name) =>
      renewDamaged(name, (found, renewal) =>
        store.commit(
          found.map(({ stored }) => ({
            ...writeOf(stored?.session.id ?? "", { expectedVersion: 1 }),
            ...{ kind: "lease", renewal, deadlineAt: renewal.leaseUntil },
          })),
        ),
      ),
  );

  it("in the place of loaded sessions leaves the others of the batch loaded", async () => {
    await store.commit(["a", "b", "c"].map((id) => writeOf(id, { eventIds: ["e"] })));
    for (const name of ["sessions", "events"] as const) {
      const { damage, repair } = misplace(keysOf("b")[name]);
      damage();
      const lookups = ["a", "b", "c"].map((id) => ({ key: keyOf(id), eventIds: ["e"] }));
      const [a, b, c] = await store.load(lookups);
      expect([a?.stored?.version, c?.seenEventIds]).toEqual([1, ["e"]]);
      expect(b).toMatchObject({ stored: null, unreadable: expect.stringContaining("is a string") });
      repair();
    }
  });

  it("in the place of a claim or a write probe is replaced", async () => {
    await store.commit([writeOf("a", { deadlineAt: NOW })]);
    server.command("DEL", keysOf("a").claim, keysOf("a").writeProbe);
    server.command("HSET", keysOf("a").claim, "a", "b");
    server.command("SADD", keysOf("a").writeProbe, "a");
    expect(await store.heartbeat(NOW, 5_000)).toBe(false);
    expect(await store.due(NOW, 10)).toEqual([keyOf("a")]);
  });

  it("in the place of the liveness watermark is a store that does not work", async () => {
    server.command("HSET", COMMON_KEYS.livenessWatermark, "a", "b");
    await expect(store.heartbeat(NOW, 5_000)).rejects.toThrow(/mark is a hash, not a string/);
  });

  it("in the place of an account's index of its log appends nothing, and everything once it is back", async () => {
    const { damage, repair } = misplace(accountKeys(ACCOUNT).index);
    damage();
    expect(await store.commit([writeOf("a", { transitions: [transitionOf(1)] })])).toEqual([
      "committed",
    ]);
    expect(server.command("XLEN", accountKeys(ACCOUNT).log)).toBe("0");
    expect(await store.due(NOW, 10)).toEqual([]);
    expect(passedOver.join()).toContain("index is a string, not a hash");
    repair();
    await store.commit([writeOf("a", { expectedVersion: 1, transitions: [transitionOf(2)] })]);
    expect((await store.log(ACCOUNT, 0, 10)).map(({ transition }) => transition.seq)).toEqual([
      1, 2,
    ]);
  });
});

describe("a key of a webhook that has the wrong type", () => {
  it("keeps a settlement from being stored in part", async () => {
    await store.commit([writeOf("a", { transitions: [transitionOf(1)] })]);
    await store.outbox.addEndpoint(endpointOf(), 0);
    await store.outbox.claim(KEY, "me", NOW, SOON);
    const { attempts, waiting } = endpointKeys(ACCOUNT, KEY.id);
    const { damage, repair } = misplace(attempts);
    damage();
    const settlement = settlementOf({ cursor: 9, waiting: [waitingOf()] });
    await expect(store.outbox.settle(KEY, "me", settlement, null)).rejects.toThrow(RecordError);
    expect(server.command("EXISTS", waiting)).toBe("0");
    repair();
    expect((await store.outbox.endpoints())[0]?.cursor).toBe(0);
    expect(await store.outbox.settle(KEY, "me", settlement, null)).toBe(true);
  });
});

describe("other records", () => {
  it("of the deadlines, the relay queue and the counts are passed over", async () => {
    await store.commit([writeOf("a", { deadlineAt: NOW })]);
    const { due, relayQueue, pending, columns, epochs } = keysOf("a");
    server.command("ZADD", due, String(NOW), "%", String(NOW), "%ZZ b");
    server.command("RPUSH", relayQueue, "something else", "5 l else");
    server.command("HSET", pending, ACCOUNT, "5");
    server.command("HSET", columns, "???", "1");
    server.command("HSET", epochs, "x", "1");
    expect(await store.due(NOW, 10)).toEqual([keyOf("a")]);
    expect(await store.notCaughtUp(ACCOUNT, 1, 10)).toEqual([keyOf("a")]);
    expect(await store.countByState(ACCOUNT)).toMatchObject({ active: 1 });
    expect(passedOver.join("\n")).toMatch(/outbox.*due.*columns/s);
  });

  it("of the log are passed over by every reader, and pruned by their age", async () => {
    await store.commit([writeOf("a", { transitions: [1, 2, 3, 4].map(transitionOf) })]);
    const { log } = accountKeys(ACCOUNT);
    const ids = server
      .command("XRANGE", log, "-", "+")
      .split("\n")
      .filter((line) => /^\d+-0$/.test(line));
    const [first = "", second = ""] = ids;
    server.command("XDEL", log, first, second);
    expect(await store.log(ACCOUNT, 0, 10)).toHaveLength(2);
    const next = Number.parseInt(ids.at(-1) ?? "", 10) + 10;
    server.command("XADD", log, `${next}-0`, "e", "something else");
    expect(await store.log(ACCOUNT, 0, 10)).toHaveLength(2);
    expect(passedOver[0]).toMatch(/^The log entry \d+ of the account shop cannot be read/);
    expect(await store.prune(ACCOUNT, NOW + 1_000, 10)).toBe(2);
    await store.prune(ACCOUNT, Date.now() + 86_400_000, 10);
    expect(server.command("XLEN", log)).toBe("0");
  });

  it("of an account or a broadcast stop the store, with a sentence that names it", async () => {
    server.command("HSET", COMMON_KEYS.accounts, ACCOUNT, "{}");
    await expect(store.accounts()).rejects.toThrow(/^The account shop cannot be read/);
    server.command("ZADD", COMMON_KEYS.broadcasts, "1", '1 {"type":"later"}');
    await expect(store.broadcasts(0)).rejects.toThrow(
      /^The broadcast 1 .*unknown type later\): upgrade/,
    );
    await expect(store.broadcasts(0)).rejects.toThrow(StoreError);
  });

  it("of the audit log are passed over, and one of the administration is named", async () => {
    for (const number of [1, 2, 3, 4]) await store.admin.commit(ACCOUNT, [], [entryOf(number)]);
    await store.admin.commit(ACCOUNT, [recordWrite("a", 0), recordWrite("b", 0)], []);
    const { audit } = commonKeys(ACCOUNT);
    server.command("ZREMRANGEBYLEX", audit, "[00003", "(00004");
    server.command("ZADD", audit, "0", "00003 {");
    server.command("HSET", COMMON_KEYS.records, "a", "1 - {");
    expect(await store.admin.audit(ACCOUNT, null, 3)).toEqual([4, 2, 1].map((id) => entryOf(id)));
    expect(passedOver[0]).toMatch(/^The entry 00003 of the audit log of the account shop/);
    await expect(store.admin.records(["a"])).rejects.toThrow(RecordError);
    expect((await store.admin.records(["b"]))[0]?.version).toBe(1);
  });

  it("of webhooks stop their own webhook, session or delivery", async () => {
    const transitions = [transitionOf(1)];
    await store.commit([writeOf("a", { transitions }), writeOf("b", { transitions })]);
    await store.outbox.addEndpoint(endpointOf(), 0);
    await store.outbox.addEndpoint(endpointOf({ id: "wh_2", name: "two" }), 0);
    await store.outbox.claim(KEY, "me", NOW, SOON);
    const waiting = [waitingOf(), waitingOf({ session: "b" })];
    await store.outbox.settle(KEY, "me", settlementOf({ waiting }), null);
    server.command("HSET", endpointKeys(ACCOUNT, KEY.id).waiting, `a\n${NOW}`, "[");
    const claim = await store.outbox.claim(KEY, "me", NOW, SOON);
    expect(claim?.waiting.map(({ session }) => session)).toEqual(["b"]);
    server.command("HSET", webhookKeys(ACCOUNT).endpoints, "wh_2", "[");
    const found = await store.outbox.endpoints();
    expect(found.map(({ endpoint }) => endpoint.id)).toEqual(["wh_1"]);
    const second = { account: ACCOUNT, id: "wh_2" };
    await expect(store.outbox.claim(second, "me", NOW, SOON)).rejects.toThrow(RecordError);
    expect(passedOver.join("\n")).toMatch(/session a,.*webhook wh_2/s);
  });
});

it("fails the heartbeat where scripts may write no hash, though the heartbeat needs none itself", async () => {
  server.command("ACL", "SETUSER", "default", "-hset");
  try {
    await expect(store.heartbeat(NOW, 5_000)).rejects.toThrow("can't run this command");
  } finally {
    server.command("ACL", "SETUSER", "default", "+hset");
  }
  expect(await store.heartbeat(NOW, 5_000)).toBe(false);
});
