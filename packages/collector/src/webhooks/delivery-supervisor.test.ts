import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ACCOUNT, DeliveryHarness, refused, stopTime, TAKEN } from "./testing/delivery-harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let bench: DeliveryHarness;
beforeEach(stopTime);
afterEach(async () => {
  await bench.close();
  vi.useRealTimers();
  expect(bench.errors).toEqual([]);
});

describe("what was committed", () => {
  it("is sent at once, each session's transitions in order, once", async () => {
    bench = await DeliveryHarness.open();
    for (const session of ["a", "b", "a", "a", "b"]) await bench.commit(session);
    expect(bench.told).toEqual(["a1", "b1", "a2", "a3", "b2"]);
    expect(bench.attempts.every(({ atMs }) => atMs === 0)).toBe(true);
    await bench.pass(HOUR);
    expect(bench.attempts).toHaveLength(5);
    expect(await bench.listed("delivered")).toHaveLength(5);
  });

  it("before an endpoint was made is not sent to it", async () => {
    bench = await DeliveryHarness.open();
    await bench.commit("a");
    await bench.add({ name: "late" });
    await bench.commit("a");
    const late = bench.taken.filter(({ endpoint }) => endpoint === "late");
    expect(late.map(({ seq }) => seq)).toEqual([2]);
  });

  it("is sent to an endpoint of `notified` only where a trigger names it", async () => {
    bench = await DeliveryHarness.open({ events: "notified" });
    const notify = { type: "notify_webhook", value: "desk" } as const;
    const assigned = { field: "session.assignee", op: "changed_to", value: "agent_2" } as const;
    const trigger = { name: "tell", enabled: true, all: [assigned], any: [], actions: [notify] };
    await bench.engine.changeSettings(ACCOUNT, { triggers: [trigger] });
    for (let count = 0; count < 3; count += 1) await bench.commit("a");
    const history = await bench.store.history({ account: ACCOUNT, id: "a" }, 0, 10);
    const named = history.filter(({ transition }) => transition.notify.includes("desk"));
    expect(named).toHaveLength(1);
    expect(bench.taken.map(({ seq }) => seq)).toEqual([named[0]?.transition.seq]);
  });

  it("by another process is found within a second", async () => {
    bench = await DeliveryHarness.open();
    await bench.commit("a", bench.collector().engine);
    expect(bench.told).toEqual([]);
    await bench.pass(1_000);
    expect(bench.told).toEqual(["a1"]);
  });
});

describe("a message that fails", () => {
  it("is tried again after 1, 2, 5, 15, 30, 60, 60 … seconds", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => refused(500);
    await bench.commit("a");
    await bench.pass(4 * MINUTE);
    expect(bench.triedAtMs("a", 1)).toEqual([
      0, 1_000, 3_000, 8_000, 23_000, 53_000, 113_000, 173_000, 233_000,
    ]);
    const [pending] = await bench.listed();
    expect(pending).toMatchObject({ status: "pending", attempts: 9, response: 500 });
  });

  it("holds back its session alone, which then catches up in order", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = ({ session }) => (session === "a" ? refused(503) : TAKEN);
    for (const session of ["a", "b", "a", "b", "a"]) await bench.commit(session);
    expect(bench.told).toEqual(["b1", "b2"]);
    bench.receiver = () => TAKEN;
    await bench.pass(1_100);
    expect(bench.told).toEqual(["b1", "b2", "a1", "a2", "a3"]);
    await bench.commit("a");
    expect(bench.told.at(-1)).toBe("a4");
    await bench.pass(HOUR);
    expect(bench.taken).toHaveLength(6);
  });

  it("while its session catches up has a schedule of its own", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = (_, attempt) => (attempt <= 2 ? refused(500) : TAKEN);
    await bench.commit("a");
    await bench.commit("a");
    await bench.pass(10_000);
    expect(bench.triedAtMs("a", 1)).toEqual([0, 1_000, 3_000]);
    expect(bench.triedAtMs("a", 2)).toEqual([3_000, 4_000, 6_000]);
  });

  it("for ten minutes gives way to the latest of its session", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => refused(500);
    for (const _ of [1, 2, 3]) await bench.commit("a");
    await bench.pass(11 * MINUTE);
    await bench.commit("a");
    bench.receiver = () => TAKEN;
    await bench.pass(MINUTE);
    expect(bench.told).toEqual(["a4"]);
    const statuses = (await bench.listed()).map(({ seq, status }) => `${seq} ${status}`);
    expect(statuses.sort()).toEqual([
      "1 superseded",
      "2 superseded",
      "3 superseded",
      "4 delivered",
    ]);
    await bench.commit("a");
    expect(bench.told).toEqual(["a4", "a5"]);
  });

  it("for a day is given up, and what comes later is sent", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => refused(500);
    await bench.commit("a");
    await bench.commit("a");
    await bench.pass(25 * HOUR);
    const last = bench.attempts.at(-1);
    expect(last?.seq).toBe(2);
    expect(last?.atMs).toBeLessThanOrEqual(24 * HOUR);
    expect(last?.atMs).toBeGreaterThan(24 * HOUR - 2 * MINUTE);
    expect((await bench.listed("failed")).map(({ seq }) => seq)).toEqual([2]);
    expect((await bench.listed("superseded")).map(({ seq }) => seq)).toEqual([1]);
    bench.receiver = () => TAKEN;
    await bench.commit("a");
    expect(bench.told).toEqual(["a3"]);
  });

  it("hanging for some sessions does not keep the others waiting", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = ({ session }) => {
      if (!session.startsWith("hang")) return TAKEN;
      return new Promise((answer) => setTimeout(() => answer(refused(0)), 15_000));
    };
    for (let index = 0; index < 40; index += 1) await bench.commit(`hang${index}`);
    await bench.pass(15_000);
    await bench.pass(15_000);
    const before = Date.now();
    await bench.commit("a");
    expect(bench.told).toEqual(["a1"]);
    expect(Date.now()).toBe(before);
  });
});

describe("a receiver's wish", () => {
  it("to be left alone for a while is kept for all sessions", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => refused(429, { retryAfterMs: 40_000 });
    await bench.commit("a");
    bench.receiver = () => TAKEN;
    await bench.commit("b");
    await bench.commit("a");
    await bench.pass(39_000);
    expect(bench.attempts).toHaveLength(1);
    await bench.pass(1_500);
    expect([...bench.told].sort()).toEqual(["a1", "a2", "b1"]);
  });

  it("to be left alone outlives a crash", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => refused(503, { retryAfterMs: 40_000 });
    await bench.commit("a");
    await bench.pass(200);
    bench.receiver = () => TAKEN;
    await bench.crash();
    await bench.commit("b");
    await bench.pass(39_000);
    expect(bench.told).toEqual([]);
    await bench.pass(3_000);
    expect([...bench.told].sort()).toEqual(["a1", "b1"]);
  });

  it("to hear nothing any more switches the endpoint off", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => ({ ...refused(410), outcome: "gone" });
    await bench.commit("a");
    await bench.pass(1_000);
    bench.receiver = () => TAKEN;
    await bench.commit("b");
    await bench.pass(HOUR);
    expect(bench.attempts).toHaveLength(1);
    const [standing] = await bench.store.outbox.endpoints();
    expect(standing?.endpoint.disabled).toMatchObject({ reason: "gone" });
    expect(await bench.listed()).toMatchObject([{ seq: 1, status: "pending", response: 410 }]);
  });
});

describe("sending again", () => {
  async function resend(seqs: number[]): Promise<void> {
    const [standing] = await bench.store.outbox.endpoints();
    const [entry] = await bench.store.history({ account: ACCOUNT, id: "a" }, 0, 1);
    if (!standing || !entry) throw new Error("nothing to send again");
    const { session, sessionCreatedAt } = entry;
    const wanted = seqs.map((seq) => ({ session, sessionCreatedAt, seq }));
    await bench.store.outbox.resend(standing.endpoint, wanted, Date.now());
    await bench.deliveries.refresh();
    await bench.pass(0);
  }

  it("sends what was asked for and nothing else", async () => {
    bench = await DeliveryHarness.open();
    for (const _ of [1, 2, 3, 4]) await bench.commit("a");
    await bench.pass(5_000);
    await resend([3, 1]);
    expect(bench.told.slice(4)).toEqual(["a1", "a3"]);
    await bench.commit("a");
    expect(bench.told.slice(6)).toEqual(["a5"]);
    await bench.pass(HOUR);
    expect(bench.taken).toHaveLength(7);
  });

  it("that fails holds back what comes later", async () => {
    bench = await DeliveryHarness.open();
    await bench.commit("a");
    await bench.pass(5_000);
    bench.receiver = () => refused(500);
    await resend([1]);
    await bench.commit("a");
    bench.receiver = () => TAKEN;
    await bench.pass(5_000);
    expect(bench.told).toEqual(["a1", "a1", "a2"]);
  });

  it("from a place in the log on sends everything since, also of a session that waits", async () => {
    bench = await DeliveryHarness.open();
    for (const session of ["a", "b", "a", "b"]) await bench.commit(session);
    bench.receiver = ({ session }) => (session === "b" ? refused(500) : TAKEN);
    await bench.commit("b");
    await bench.pass(4_000);
    bench.receiver = () => TAKEN;
    const [standing] = await bench.store.outbox.endpoints();
    const [first] = await bench.store.log(ACCOUNT, 0, 1);
    if (!standing || !first) throw new Error("nothing to send again");
    const before = bench.taken.length;
    await bench.store.outbox.moveCursor(standing.endpoint, first.cursor, false);
    await bench.deliveries.refresh();
    await bench.pass(20_000);
    const again = bench.told.slice(before);
    expect(again.filter((each) => each.startsWith("a"))).toEqual(["a2"]);
    expect(again.filter((each) => each.startsWith("b"))).toEqual(["b1", "b2", "b3"]);
  });
});

describe("a crash", () => {
  it("loses nothing of what was committed, whatever was under way", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => new Promise(() => {});
    for (const session of ["a", "b", "a"]) await bench.commit(session);
    bench.receiver = () => TAKEN;
    await bench.crash();
    await bench.pass(3_100);
    expect([...bench.told].sort()).toEqual(["a1", "a2", "b1"]);
    expect(bench.told.indexOf("a1")).toBeLessThan(bench.told.indexOf("a2"));
  });

  it("keeps a session waiting in its place", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = ({ session }) => (session === "a" ? refused(500) : TAKEN);
    for (const session of ["a", "b", "a"]) await bench.commit(session);
    await bench.pass(9_000);
    bench.receiver = () => TAKEN;
    await bench.crash();
    await bench.pass(13_000);
    expect(bench.told).toEqual(["b1"]);
    await bench.pass(2_000);
    expect(bench.told).toEqual(["b1", "a1", "a2"]);
  });
});

describe("of several collectors", () => {
  it("one delivers", async () => {
    bench = await DeliveryHarness.open();
    const other = bench.join();
    await bench.pass(5);
    let isOther = false;
    for (let count = 0; count < 20; count += 1) {
      await bench.commit("a", isOther ? other.engine : bench.engine);
      await bench.pass(70);
      isOther = !isOther;
    }
    await bench.pass(3_000);
    expect(bench.taken.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });
});

describe("a backlog", () => {
  it("larger than what is held in hand is worked off, each once, though the receiver is slow", async () => {
    bench = await DeliveryHarness.open();
    const [standing] = await bench.store.outbox.endpoints();
    if (!standing) throw new Error("no endpoint");
    await bench.store.outbox.changeEndpoint(standing.endpoint, {
      disabled: { at: Date.now(), reason: "by_request" },
    });
    await bench.deliveries.refresh();
    const sessions = Array.from({ length: 1_200 }, (_, index) => `s${index}`);
    await Promise.all([...sessions, ...sessions].map((session) => bench.commit(session)));
    expect(bench.attempts).toEqual([]);
    bench.receiver = () => new Promise((answer) => setTimeout(() => answer(TAKEN), 500));
    await bench.store.outbox.changeEndpoint(standing.endpoint, { disabled: null });
    await bench.deliveries.refresh();
    await bench.pass(60_000);
    expect(bench.taken).toHaveLength(2_400);
    expect(new Set(bench.told).size).toBe(2_400);
  });
});

describe("a graceful stop", () => {
  it("waits for what is under way and starts nothing more", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => new Promise((answer) => setTimeout(() => answer(TAKEN), 300));
    await bench.commit("a");
    await bench.commit("a");
    const stopped = bench.deliveries.stop();
    await bench.pass(300);
    await stopped;
    expect(bench.told).toEqual(["a1"]);
    expect((await bench.listed()).map(({ seq }) => seq)).toEqual([1]);
    await bench.crash();
    await bench.pass(700);
    expect(bench.told).toEqual(["a1", "a2"]);
  });

  it("does not wait for a receiver that hangs", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => new Promise(() => {});
    await bench.commit("a");
    const stopped = bench.deliveries.stop();
    await bench.pass(2_000);
    await stopped;
    bench.receiver = () => TAKEN;
    await bench.crash();
    expect(bench.told).toEqual(["a1"]);
  });
});

describe("an erased session", () => {
  it("is not spoken of any more", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => refused(500);
    await bench.commit("a");
    await bench.commit("a");
    await bench.pass(200);
    await bench.store.erase({ account: ACCOUNT, id: "a" });
    const tried = bench.attempts.length;
    bench.receiver = () => TAKEN;
    await bench.pass(HOUR);
    expect(bench.attempts).toHaveLength(tried);
    expect(await bench.listed()).toEqual([]);
    await bench.commit("a");
    expect(bench.told).toEqual(["a1"]);
  });
});

describe("an endpoint that only fails", () => {
  it("is not hammered, and heard of at once when it takes again", async () => {
    bench = await DeliveryHarness.open();
    bench.receiver = () => refused(500);
    const sessions = Array.from({ length: 400 }, (_, index) => `s${index}`);
    await Promise.all(sessions.map((session) => bench.commit(session)));
    await bench.pass(10_000);
    const before = bench.attempts.length;
    await bench.pass(1_000);
    expect(bench.attempts.length - before).toBeLessThanOrEqual(160);
    bench.receiver = () => TAKEN;
    await bench.pass(65_000);
    expect(bench.taken).toHaveLength(400);
  });
});
