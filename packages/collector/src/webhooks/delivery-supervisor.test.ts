import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ACCOUNT,
  DELIVERED,
  DeliveryHarness,
  failed,
  useFakeClock,
  useRealClock,
} from "./testing/delivery-harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let harness: DeliveryHarness;
beforeEach(useFakeClock);
afterEach(async () => {
  await harness.close();
  useRealClock();
  expect(harness.errors).toEqual([]);
});

describe("a committed transition", () => {
  it("is sent once and immediately, in order within its session", async () => {
    harness = await DeliveryHarness.open();
    for (const session of ["a", "b", "a", "a", "b"]) await harness.commit(session);
    expect(harness.deliveredIds).toEqual(["a1", "b1", "a2", "a3", "b2"]);
    expect(harness.attempts.every(({ atMs }) => atMs === 0)).toBe(true);
    await harness.advance(HOUR);
    expect(harness.attempts).toHaveLength(5);
    expect(await harness.listDeliveries("delivered")).toHaveLength(5);
  });

  it("is not sent to an endpoint that was created later", async () => {
    harness = await DeliveryHarness.open();
    await harness.commit("a");
    await harness.addEndpoint({ name: "late" });
    await harness.commit("a");
    const late = harness.delivered.filter(({ endpoint }) => endpoint === "late");
    expect(late.map(({ seq }) => seq)).toEqual([2]);
  });

  it("is sent to an endpoint with `events: notified` only if a trigger names it", async () => {
    harness = await DeliveryHarness.open({ events: "notified" });
    const notify = { type: "notify_webhook", value: "desk" } as const;
    const assigned = { field: "session.assignee", op: "changed_to", value: "agent_2" } as const;
    const trigger = { name: "tell", enabled: true, all: [assigned], any: [], actions: [notify] };
    await harness.engine.changeSettings(ACCOUNT, { triggers: [trigger] });
    for (let count = 0; count < 3; count += 1) await harness.commit("a");
    const history = await harness.store.history({ account: ACCOUNT, id: "a" }, 0, 10);
    const named = history.filter(({ transition }) => transition.notify.includes("desk"));
    expect(named).toHaveLength(1);
    expect(harness.delivered.map(({ seq }) => seq)).toEqual([named[0]?.transition.seq]);
  });

  it("is not sent under a claim that has expired before its answer came", async () => {
    harness = await DeliveryHarness.open();
    const { outbox } = harness.store;
    const claim = outbox.claim.bind(outbox);
    outbox.claim = async (...wanted) => {
      outbox.claim = claim;
      const claimed = await claim(...wanted);
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      return claimed;
    };
    await harness.commit("a");
    harness.startCollector();
    await harness.advance(10_000);
    expect(harness.attempts.map(({ session, seq }) => `${session}${seq}`)).toEqual(["a1"]);
  });

  it("is not sent under a claim whose renewal was confirmed after it had expired", async () => {
    harness = await DeliveryHarness.open();
    const lasting = new Promise((resolve) => setTimeout(resolve, 700));
    harness.receiver = ({ session }) =>
      session === "a" ? lasting.then(() => DELIVERED) : DELIVERED;
    const { outbox } = harness.store;
    const settle = outbox.settle.bind(outbox);
    let answerMs = 3_500;
    outbox.settle = async (...settlement) => {
      const isStored = await settle(...settlement);
      const delayMs = answerMs;
      answerMs = 50;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      return isStored;
    };
    await harness.commit("a");
    // The claim is renewed while the attempt lasts.
    await harness.advance(600);
    await harness.commit("b");
    harness.startCollector();
    await harness.advance(10_000);
    const ofB = harness.attempts.filter(({ session }) => session === "b");
    expect(ofB).toHaveLength(1);
  });

  it("is not sent by a machine that was suspended, before it knows for how long", async () => {
    harness = await DeliveryHarness.open();
    const { clock } = harness.engine;
    let isDisturbed = true;
    Object.defineProperty(clock, "isDisturbed", { get: () => isDisturbed });
    await harness.commit("a");
    await harness.advance(3_000);
    expect(harness.attempts).toEqual([]);
    isDisturbed = false;
    await harness.advance(600);
    expect(harness.deliveredIds).toEqual(["a1"]);
  });

  it("of another process is sent within a second", async () => {
    harness = await DeliveryHarness.open();
    await harness.commit("a", harness.createCollector().engine);
    expect(harness.deliveredIds).toEqual([]);
    await harness.advance(1_000);
    expect(harness.deliveredIds).toEqual(["a1"]);
  });
});

describe("a failed delivery", () => {
  it("is retried after 1, 2, 5, 15, 30, 60, 60 … seconds", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    await harness.commit("a");
    await harness.advance(4 * MINUTE);
    expect(harness.attemptTimesMs("a", 1)).toEqual([
      0, 1_000, 3_000, 8_000, 23_000, 53_000, 113_000, 173_000, 233_000,
    ]);
    const [pending] = await harness.listDeliveries();
    expect(pending).toMatchObject({ status: "pending", attempts: 9, response: 500 });
  });

  it("delays only its own session, which then catches up in order", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }) => (session === "a" ? failed(503) : DELIVERED);
    for (const session of ["a", "b", "a", "b", "a"]) await harness.commit(session);
    expect(harness.deliveredIds).toEqual(["b1", "b2"]);
    harness.receiver = () => DELIVERED;
    await harness.advance(1_100);
    expect(harness.deliveredIds).toEqual(["b1", "b2", "a1", "a2", "a3"]);
    await harness.commit("a");
    expect(harness.deliveredIds.at(-1)).toBe("a4");
    await harness.advance(HOUR);
    expect(harness.delivered).toHaveLength(6);
  });

  it("has a retry schedule of its own while its session catches up", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = (_, attempt) => (attempt <= 2 ? failed(500) : DELIVERED);
    await harness.commit("a");
    await harness.commit("a");
    await harness.advance(10_000);
    expect(harness.attemptTimesMs("a", 1)).toEqual([0, 1_000, 3_000]);
    expect(harness.attemptTimesMs("a", 2)).toEqual([3_000, 4_000, 6_000]);
  });

  it("is superseded after ten minutes by the latest transition of its session", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    for (const _ of [1, 2, 3]) await harness.commit("a");
    await harness.advance(11 * MINUTE);
    await harness.commit("a");
    harness.receiver = () => DELIVERED;
    await harness.advance(MINUTE);
    expect(harness.deliveredIds).toEqual(["a4"]);
    const statuses = (await harness.listDeliveries()).map(({ seq, status }) => `${seq} ${status}`);
    expect(statuses.sort()).toEqual([
      "1 superseded",
      "2 superseded",
      "3 superseded",
      "4 delivered",
    ]);
    await harness.commit("a");
    expect(harness.deliveredIds).toEqual(["a4", "a5"]);
  });

  it("is given up after a day, and later transitions are sent", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    await harness.commit("a");
    await harness.commit("a");
    await harness.advance(25 * HOUR);
    const last = harness.attempts.at(-1);
    expect(last?.seq).toBe(2);
    expect(last?.atMs).toBeLessThanOrEqual(24 * HOUR);
    expect(last?.atMs).toBeGreaterThan(24 * HOUR - 2 * MINUTE);
    expect((await harness.listDeliveries("failed")).map(({ seq }) => seq)).toEqual([2]);
    expect((await harness.listDeliveries("superseded")).map(({ seq }) => seq)).toEqual([1]);
    harness.receiver = () => DELIVERED;
    await harness.commit("a");
    expect(harness.deliveredIds).toEqual(["a3"]);
  });

  it("is retried in time, and claimed by one, when the clock was set back by an hour", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    // Between two polls, so that the retry after a pause has a timer of its own.
    await harness.advance(300);
    await harness.commit("a");
    harness.engine.clock.stepTo(-HOUR);
    await harness.advance(7_900);
    harness.receiver = () => DELIVERED;
    await harness.advance(200);
    // Messages state the time by the clock.
    const times = [300, 1_300 - HOUR, 3_300 - HOUR, 8_300 - HOUR];
    expect(harness.attemptTimesMs("a", 1)).toEqual(times);
    expect(harness.deliveredIds).toEqual(["a1"]);
  });

  it("that hangs for many sessions does not delay the others", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }) => {
      if (!session.startsWith("hang")) return DELIVERED;
      return new Promise((resolve) => setTimeout(() => resolve(failed(0)), 15_000));
    };
    for (let index = 0; index < 40; index += 1) await harness.commit(`hang${index}`);
    await harness.advance(15_000);
    await harness.advance(15_000);
    const before = Date.now();
    await harness.commit("a");
    expect(harness.deliveredIds).toEqual(["a1"]);
    expect(Date.now()).toBe(before);
  });
});

describe("an attempt that never ends", () => {
  it("fails after 20 seconds, is listed and counted, and releases its slot", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }, attempt) =>
      session.startsWith("hang") && attempt === 1 ? new Promise(() => {}) : DELIVERED;
    for (let index = 0; index < 32; index += 1) await harness.commit(`hang${index}`);
    await harness.commit("a");
    await harness.advance(19_900);
    expect(harness.deliveredIds).toEqual([]);
    await harness.advance(200);
    expect(harness.deliveredIds).toEqual(["a1"]);
    const [pending] = await harness.listDeliveries("pending");
    expect(pending).toMatchObject({ attempts: 1, response: null, error: "timeout" });
    expect(harness.outcomes).toContain("failed");
    await harness.advance(2_000);
    expect(harness.deliveredIds).toHaveLength(33);
  });
});

describe("a receiver's response", () => {
  it("with Retry-After pauses the deliveries of all sessions", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(429, { retryAfterMs: 40_000 });
    await harness.commit("a");
    harness.receiver = () => DELIVERED;
    await harness.commit("b");
    await harness.commit("a");
    await harness.advance(39_000);
    expect(harness.attempts).toHaveLength(1);
    await harness.advance(1_500);
    expect([...harness.deliveredIds].sort()).toEqual(["a1", "a2", "b1"]);
  });

  it("with Retry-After pauses a session, too, that has just received one transition", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }) =>
      session === "a"
        ? failed(429, { retryAfterMs: 40_000 })
        : new Promise((resolve) => setTimeout(() => resolve(DELIVERED), 500));
    await harness.commit("b");
    await harness.commit("b");
    await harness.commit("a");
    await harness.advance(39_000);
    expect(harness.deliveredIds).toEqual(["b1"]);
    await harness.advance(3_000);
    expect(harness.deliveredIds).toEqual(["b1", "b2"]);
  });

  it("with Retry-After pauses a session, too, whose transitions are being read", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(503);
    await harness.commit("a");
    await harness.commit("b");
    harness.receiver = ({ session }) =>
      session === "a" ? failed(429, { retryAfterMs: 40_000 }) : DELIVERED;
    const { store } = harness;
    const history = store.history.bind(store);
    store.history = async (key, ...rest) => {
      if (key.id === "b") await new Promise((resolve) => setTimeout(resolve, 300));
      return history(key, ...rest);
    };
    await harness.advance(39_000);
    expect(harness.attemptTimesMs("a", 1)).toHaveLength(2);
    expect(harness.attemptTimesMs("b", 1)).toHaveLength(1);
  });

  it("with Retry-After still applies after a crash", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(503, { retryAfterMs: 40_000 });
    await harness.commit("a");
    await harness.advance(200);
    harness.receiver = () => DELIVERED;
    await harness.crash();
    await harness.commit("b");
    await harness.advance(39_000);
    expect(harness.deliveredIds).toEqual([]);
    await harness.advance(3_000);
    expect([...harness.deliveredIds].sort()).toEqual(["a1", "b1"]);
  });

  it("with Retry-After is obeyed for ten minutes at most, and the message is not given up", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = (_, attempt) =>
      attempt < 3 ? failed(503, { retryAfterMs: 24 * HOUR }) : DELIVERED;
    await harness.commit("a");
    await harness.advance(21 * MINUTE);
    expect(harness.attemptTimesMs("a", 1)).toEqual([0, 10 * MINUTE, 20 * MINUTE]);
    expect(harness.deliveredIds).toEqual(["a1"]);
  });

  it("with Retry-After takes time that does not count towards the day, for any session that it delays", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(503, { retryAfterMs: HOUR });
    for (let index = 0; index < 200; index += 1) await harness.commit(`s${index}`);
    await harness.advance(30 * HOUR);
    expect(await harness.listDeliveries("failed")).toEqual([]);
    harness.receiver = () => DELIVERED;
    await harness.advance(HOUR);
    expect(harness.deliveredIds).toHaveLength(200);
  });

  it("with Retry-After after every attempt gives each session its turn", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(503, { retryAfterMs: MINUTE });
    for (let index = 0; index < 100; index += 1) await harness.commit(`s${index}`);
    await harness.advance(HOUR);
    for (let index = 0; index < 100; index += 1) {
      expect(harness.attemptTimesMs(`s${index}`, 1).length).toBeGreaterThanOrEqual(5);
    }
  });

  it("with Retry-After without end is given up, since the pauses of the schedule count", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(503, { retryAfterMs: 2 * MINUTE });
    await harness.commit("a");
    await harness.advance(47 * HOUR);
    expect(await harness.listDeliveries("failed")).toEqual([]);
    await harness.advance(2 * HOUR);
    expect(await harness.listDeliveries("failed")).toHaveLength(1);
  });

  it("with status 410 disables the endpoint", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => ({ ...failed(410), outcome: "gone" });
    await harness.commit("a");
    await harness.advance(1_000);
    harness.receiver = () => DELIVERED;
    await harness.commit("b");
    await harness.advance(HOUR);
    expect(harness.attempts).toHaveLength(1);
    const [status] = await harness.store.outbox.endpoints();
    expect(status?.endpoint.disabled).toMatchObject({ reason: "gone" });
    expect(await harness.listDeliveries()).toMatchObject([
      { seq: 1, status: "pending", response: 410 },
    ]);
  });
});

describe("a resend", () => {
  async function resend(seqs: number[]): Promise<void> {
    const [status] = await harness.store.outbox.endpoints();
    const [entry] = await harness.store.history({ account: ACCOUNT, id: "a" }, 0, 1);
    if (!status || !entry) throw new Error("nothing to resend");
    const { session, sessionCreatedAt } = entry;
    const wanted = seqs.map((seq) => ({ session, sessionCreatedAt, seq }));
    await harness.store.outbox.resend(status.endpoint, wanted, Date.now());
    await harness.supervisor.refresh();
    await harness.advance(0);
  }

  it("sends the requested transitions and nothing else", async () => {
    harness = await DeliveryHarness.open();
    for (const _ of [1, 2, 3, 4]) await harness.commit("a");
    await harness.advance(5_000);
    await resend([3, 1]);
    expect(harness.deliveredIds.slice(4)).toEqual(["a1", "a3"]);
    await harness.commit("a");
    expect(harness.deliveredIds.slice(6)).toEqual(["a5"]);
    await harness.advance(HOUR);
    expect(harness.delivered).toHaveLength(7);
  });

  it("that fails delays later transitions of its session", async () => {
    harness = await DeliveryHarness.open();
    await harness.commit("a");
    await harness.advance(5_000);
    harness.receiver = () => failed(500);
    await resend([1]);
    await harness.commit("a");
    harness.receiver = () => DELIVERED;
    await harness.advance(5_000);
    expect(harness.deliveredIds).toEqual(["a1", "a1", "a2"]);
  });

  it("from a cursor sends everything after it, also of sessions that wait for a retry", async () => {
    harness = await DeliveryHarness.open();
    for (const session of ["a", "b", "a", "b"]) await harness.commit(session);
    harness.receiver = ({ session }) => (session === "b" ? failed(500) : DELIVERED);
    await harness.commit("b");
    await harness.advance(4_000);
    harness.receiver = () => DELIVERED;
    const [status] = await harness.store.outbox.endpoints();
    const [first] = await harness.store.log(ACCOUNT, 0, 1);
    if (!status || !first) throw new Error("nothing to resend");
    const before = harness.delivered.length;
    await harness.store.outbox.moveCursor(status.endpoint, first.cursor, false);
    await harness.supervisor.refresh();
    await harness.advance(20_000);
    const resent = harness.deliveredIds.slice(before);
    expect(resent.filter((each) => each.startsWith("a"))).toEqual(["a2"]);
    expect(resent.filter((each) => each.startsWith("b"))).toEqual(["b1", "b2", "b3"]);
  });
});

describe("a crash", () => {
  it("loses no committed transition while attempts are in flight", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => new Promise(() => {});
    for (const session of ["a", "b", "a"]) await harness.commit(session);
    harness.receiver = () => DELIVERED;
    await harness.crash();
    await harness.advance(3_100);
    expect([...harness.deliveredIds].sort()).toEqual(["a1", "a2", "b1"]);
    expect(harness.deliveredIds.indexOf("a1")).toBeLessThan(harness.deliveredIds.indexOf("a2"));
  });

  it("holds nothing up for longer where the clock was set back since", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }) => (session === "a" ? failed(500) : new Promise(() => {}));
    await harness.commit("a");
    await harness.commit("b");
    await harness.crash();
    harness.engine.clock.stepTo(-HOUR);
    harness.receiver = () => DELIVERED;
    // The claim of the process that crashed lasts two seconds, and a poll follows within one.
    await harness.advance(3_000);
    expect([...harness.deliveredIds].sort()).toEqual(["a1", "b1"]);
  });

  it("leaves a retry to the polls of others in time where the clock was set back since", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    await harness.commit("a");
    await harness.advance(5_000);
    await harness.crash();
    harness.engine.clock.stepTo(-HOUR);
    harness.receiver = () => DELIVERED;
    await harness.advance(4_000);
    expect(harness.deliveredIds).toEqual(["a1"]);
  });

  it("keeps the retry time of a waiting session", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }) => (session === "a" ? failed(500) : DELIVERED);
    for (const session of ["a", "b", "a"]) await harness.commit(session);
    await harness.advance(9_000);
    harness.receiver = () => DELIVERED;
    await harness.crash();
    await harness.advance(13_000);
    expect(harness.deliveredIds).toEqual(["b1"]);
    await harness.advance(2_000);
    expect(harness.deliveredIds).toEqual(["b1", "a1", "a2"]);
  });
});

describe("several collectors", () => {
  it("deliver each transition only once", async () => {
    harness = await DeliveryHarness.open();
    const other = harness.startCollector();
    await harness.advance(5);
    let useOther = false;
    for (let count = 0; count < 20; count += 1) {
      await harness.commit("a", useOther ? other.engine : harness.engine);
      await harness.advance(70);
      useOther = !useOther;
    }
    await harness.advance(3_000);
    expect(harness.delivered.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });
});

describe("a delivery worker", () => {
  async function endpoint() {
    const [status] = await harness.store.outbox.endpoints();
    if (!status) throw new Error("no endpoint");
    return status;
  }

  it("sends nothing more once another collector has the claim", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }) => (session === "b" ? new Promise(() => {}) : DELIVERED);
    await harness.commit("a");
    await harness.commit("b");
    await harness.advance(200);
    const { endpoint: claimed, cursor } = await endpoint();
    await harness.store.outbox.moveCursor(claimed, cursor, false);
    const [now, until] = [Date.now(), Date.now() + 30_000];
    expect(await harness.store.outbox.claim(claimed, "another", now, until)).not.toBeNull();
    await harness.advance(600);
    harness.receiver = () => DELIVERED;
    await harness.commit("a");
    await harness.advance(29_000);
    expect(harness.deliveredIds).toEqual(["a1"]);
    await harness.advance(2_000);
    expect(harness.deliveredIds.slice(1).sort()).toEqual(["a2", "b1"]);
  });

  it("has at most 32 attempts in flight, and 16 of them retries", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => new Promise((resolve) => setTimeout(() => resolve(failed(0)), 15_000));
    for (let index = 0; index < 40; index += 1) await harness.commit(`s${index}`);
    expect(harness.attempts).toHaveLength(32);
    await harness.advance(15_000);
    // The other eight, and their places are given back to retries.
    expect(harness.attempts).toHaveLength(40);
    await harness.advance(5_000);
    expect(harness.attempts).toHaveLength(40 + 16);
  });

  it("lets a session hold the cursor back for little more than a second", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = ({ session }) => (session === "a" ? new Promise(() => {}) : DELIVERED);
    await harness.commit("a");
    await harness.commit("b");
    await harness.advance(900);
    expect((await endpoint()).cursor).toBe(0);
    await harness.advance(400);
    expect((await endpoint()).cursor).toBe(await harness.store.lastCursor(ACCOUNT));
  });

  it("reads no more of the log while 500 sessions hold the cursor back", async () => {
    harness = await DeliveryHarness.open();
    const { endpoint: enabled } = await endpoint();
    const disabled = { at: Date.now(), reason: "by_request" } as const;
    await harness.store.outbox.changeEndpoint(enabled, { disabled });
    await harness.supervisor.refresh();
    const sessions = Array.from({ length: 1_200 }, (_, index) => `s${index}`);
    await Promise.all(sessions.map((session) => harness.commit(session)));
    const read: number[] = [];
    const { log } = harness.store;
    harness.store.log = (account, afterCursor, limit, track) => {
      read.push(afterCursor + limit);
      return log.call(harness.store, account, afterCursor, limit, track);
    };
    harness.receiver = () => new Promise(() => {});
    await harness.store.outbox.changeEndpoint(enabled, { disabled: null });
    await harness.supervisor.refresh();
    await harness.advance(500);
    expect(Math.max(...read)).toBe(600);
    await harness.advance(2_000);
    expect(Math.max(...read)).toBeGreaterThanOrEqual(1_200);
  });

  it("has the list of deliveries trimmed after every thousand, also where each is of another worker", async () => {
    harness = await DeliveryHarness.open();
    const kept: number[] = [];
    harness.store.outbox.trimDeliveries = async (_, keep) => {
      kept.push(keep);
    };
    const sessions = Array.from({ length: 1_000 }, (_, index) => `s${index}`);
    for (const session of sessions) {
      expect(kept).toEqual([]);
      await harness.commit(session);
    }
    expect(kept).toEqual([10_000]);
  });
});

describe("a backlog", () => {
  it("larger than the in-memory limit is delivered once to a slow receiver", async () => {
    harness = await DeliveryHarness.open();
    const [status] = await harness.store.outbox.endpoints();
    if (!status) throw new Error("no endpoint");
    await harness.store.outbox.changeEndpoint(status.endpoint, {
      disabled: { at: Date.now(), reason: "by_request" },
    });
    await harness.supervisor.refresh();
    const sessions = Array.from({ length: 1_200 }, (_, index) => `s${index}`);
    await Promise.all([...sessions, ...sessions].map((session) => harness.commit(session)));
    expect(harness.attempts).toEqual([]);
    harness.receiver = () => new Promise((resolve) => setTimeout(() => resolve(DELIVERED), 500));
    await harness.store.outbox.changeEndpoint(status.endpoint, { disabled: null });
    await harness.supervisor.refresh();
    await harness.advance(60_000);
    expect(harness.delivered).toHaveLength(2_400);
    expect(new Set(harness.deliveredIds).size).toBe(2_400);
  });
});

describe("a graceful stop", () => {
  it("waits for attempts in flight and starts no more", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => new Promise((resolve) => setTimeout(() => resolve(DELIVERED), 300));
    await harness.commit("a");
    await harness.commit("a");
    const stopped = harness.supervisor.stop();
    await harness.advance(300);
    await stopped;
    expect(harness.deliveredIds).toEqual(["a1"]);
    expect((await harness.listDeliveries()).map(({ seq }) => seq)).toEqual([1]);
    await harness.crash();
    await harness.advance(700);
    expect(harness.deliveredIds).toEqual(["a1", "a2"]);
  });

  it("does not wait for a hanging receiver", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => new Promise(() => {});
    await harness.commit("a");
    const stopped = harness.supervisor.stop();
    await harness.advance(2_000);
    await stopped;
    harness.receiver = () => DELIVERED;
    await harness.crash();
    expect(harness.deliveredIds).toEqual(["a1"]);
  });
});

describe("an erased session", () => {
  it("is no longer delivered", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    await harness.commit("a");
    await harness.commit("a");
    await harness.advance(200);
    await harness.store.erase({ account: ACCOUNT, id: "a" });
    const attemptCount = harness.attempts.length;
    harness.receiver = () => DELIVERED;
    await harness.advance(HOUR);
    expect(harness.attempts).toHaveLength(attemptCount);
    expect(await harness.listDeliveries()).toEqual([]);
    await harness.commit("a");
    expect(harness.deliveredIds).toEqual(["a1"]);
  });
});

describe("a session with the id of an erased one", () => {
  it("is delivered as another session, also while the erased one waits for a retry", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    await harness.commit("a");
    await harness.commit("a");
    await harness.advance(200);
    await harness.store.erase({ account: ACCOUNT, id: "a" });
    harness.receiver = () => DELIVERED;
    for (const _ of [1, 2, 3]) await harness.commit("a");
    await harness.advance(HOUR);
    expect(harness.deliveredIds).toEqual(["a1", "a2", "a3"]);
  });
});

describe("an endpoint that always fails", () => {
  it("is retried at a limited rate, and receives everything once it recovers", async () => {
    harness = await DeliveryHarness.open();
    harness.receiver = () => failed(500);
    const sessions = Array.from({ length: 400 }, (_, index) => `s${index}`);
    await Promise.all(sessions.map((session) => harness.commit(session)));
    // After 200 failures in a row it rests.
    expect(harness.attempts.length).toBeLessThan(250);
    await harness.advance(10_000);
    const before = harness.attempts.length;
    await harness.advance(1_000);
    expect(harness.attempts.length - before).toBeLessThanOrEqual(160);
    harness.receiver = () => DELIVERED;
    await harness.advance(65_000);
    expect(harness.delivered).toHaveLength(400);
  });
});
