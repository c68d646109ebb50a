import { expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import type { LeaveDestination } from "../core/lists.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { type Report, type ReportQuery, report } from "./reports.ts";
import { TimeZone } from "./time-zone.ts";

const ACCOUNT = "shop";
const START = Date.UTC(2026, 10, 26, 10);
const BUFFER_MS = 5_000;
const MINUTE_MS = 60_000;

/** A shop with presence on, where every page has a lease of an hour. */
class Shop {
  readonly store = new MemoryStore();
  readonly harness = new EngineHarness(this.store, START);
  #gen = 0;

  static async open(): Promise<Shop> {
    const shop = new Shop();
    await shop.harness.changeSettings(ACCOUNT, {
      overrides: {
        "presence.mode": "on",
        "presence.bufferSeconds": BUFFER_MS / 1_000,
        "presence.leaseSeconds.visible": 3_600,
      },
      triggers: [],
    });
    return shop;
  }

  async submit(id: string, ...inputs: Input[]): Promise<void> {
    const key = { account: ACCOUNT, id };
    await this.harness.submit({ key, inputs, create: { channel: "web_widget" } });
    await this.harness.settle();
  }

  /** Opens the page, or opens it again. */
  async come(id: string): Promise<void> {
    this.#gen += 1;
    const fields = { page: id, gen: this.#gen, seq: 1, visible: true, armed: false };
    await this.submit(id, { type: "signal", signal: "open", ...fields });
  }

  async write(id: string, group: string): Promise<void> {
    await this.come(id);
    await this.submit(id, { type: "end_user_message", sentAt: null });
    await this.submit(id, { type: "ticket_updated", ticket: { id, group } });
  }

  /** Closes the page; the verdict comes a buffer later. */
  async leave(id: string, to: LeaveDestination = "gone"): Promise<void> {
    await this.submit(id, { type: "leave", page: id, gen: this.#gen, to });
    await this.pass(BUFFER_MS);
  }

  async pass(ms: number): Promise<void> {
    const at = this.harness.now + ms;
    await this.harness.heartbeatUntil(at);
    await this.harness.advance(at);
  }

  report(change: Partial<ReportQuery> = {}): Promise<Report> {
    const query = { track: "live", from: START - 1, to: this.harness.now + 1, ...change } as const;
    const place = { timeZone: new TimeZone("UTC"), by: "day" } as const;
    return report(this.store, ACCOUNT, { ...place, ...query }, this.harness.now);
  }
}

it("counts who left the queue, with how long they had waited, by group", async () => {
  const shop = await Shop.open();
  await shop.write("a", "orders");
  await shop.pass(2 * MINUTE_MS);
  await shop.leave("a");
  await shop.write("b", "billing");
  await shop.pass(10_000);
  await shop.leave("b");
  await shop.write("served", "orders");
  await shop.submit("served", { type: "assigned", agent: "eve" });
  await shop.leave("served");
  // What happens to the ticket later changes nothing about who was waited for.
  await shop.submit("a", { type: "ticket_updated", ticket: { group: "e-mail" } });

  const { conversations, abandoned, byHour, periods } = await shop.report();
  expect(conversations).toBe(3);
  expect(abandoned).toMatchObject({ count: 2, waitedMs: { p50: 15_000, p99: 125_000 } });
  expect(abandoned.byGroup).toMatchObject([
    // By name where they have the same count.
    { group: "billing", count: 1, waitedMs: { p50: 15_000 } },
    { group: "orders", count: 1, waitedMs: { p50: 125_000 } },
  ]);
  expect(abandoned.byWaiting.filter(({ count }) => count > 0)).toEqual([
    { upToMs: 30_000, count: 1 },
    { upToMs: 180_000, count: 1 },
  ]);
  expect(byHour[10]).toEqual({ hour: 10, conversations: 3, abandoned: 2 });
  expect(periods).toMatchObject([{ date: "2026-11-26", conversations: 3, abandoned: 2 }]);
});

it("knows how long a visitor waited who came before the period", async () => {
  const shop = await Shop.open();
  await shop.write("a", "orders");
  await shop.pass(20 * MINUTE_MS);
  const from = shop.harness.now;
  await shop.leave("a");
  const { abandoned, conversations } = await shop.report({ from });
  expect(conversations).toBe(0);
  expect(abandoned).toMatchObject({ count: 1, waitedMs: { p50: 20 * MINUTE_MS + BUFFER_MS } });
});

it("counts a conversation that is moved to e-mail once, before its visitor leaves or after", async () => {
  const shop = await Shop.open();
  const toEmail: Input = { type: "ticket_updated", ticket: { routingChannel: "email" } };
  await shop.write("before", "orders");
  await shop.submit("before", toEmail);
  await shop.leave("before");
  await shop.write("after", "orders");
  await shop.leave("after");
  await shop.submit("after", toEmail);
  const { abandoned, movedToEmail } = await shop.report();
  expect(movedToEmail).toBe(2);
  expect(abandoned.byReason.map(({ reason, count }) => [reason, count])).toEqual([
    ["transferred_to_email", 1],
    ["user_offline", 1],
  ]);
});

it("sets contradicted verdicts beside the hours online, and returns beside their delay", async () => {
  const shop = await Shop.open();
  await shop.write("a", "orders");
  await shop.pass(30 * MINUTE_MS - BUFFER_MS);
  await shop.leave("a");
  await shop.pass(4_000);
  await shop.come("a");
  await shop.pass(30 * MINUTE_MS - BUFFER_MS);
  await shop.leave("a");
  await shop.pass(5 * MINUTE_MS);
  await shop.come("a");
  const found = await shop.report();
  expect(found).toMatchObject({ departures: 2, contradicted: 1, onlineHours: 1 });
  expect(found.contradictedMs).toMatchObject({ p50: 4_000, count: 1 });
  const curve = new Map(found.curve.map(({ byMs, returned }) => [byMs, returned]));
  expect([3_000, 5_000, 180_000, 300_000].map((byMs) => curve.get(byMs))).toEqual([0, 1, 1, 2]);
  expect(found.abandoned.returned).toBe(2);
  expect(found.adviceMs).toBe(null);
});

it("advises the shortest longer buffer that leaves one contradiction in a hundred at most", async () => {
  const shop = await Shop.open();
  for (let visitor = 0; visitor < 20; visitor += 1) {
    const id = `v${visitor}`;
    await shop.write(id, "orders");
    await shop.leave(id);
    await shop.pass(visitor < 2 ? 9_000 : 0);
    if (visitor < 2) await shop.come(id);
  }
  expect(await shop.report()).toMatchObject({ departures: 20, contradicted: 2, adviceMs: 10_000 });
});

it("counts an agent's released time to the return or the end, and 10 minutes at most", async () => {
  const shop = await Shop.open();
  for (const id of ["gone", "back", "ended"]) {
    await shop.write(id, "orders");
    await shop.submit(id, { type: "assigned", agent: "eve" });
    await shop.leave(id);
    await shop.pass(id === "gone" ? 30 * MINUTE_MS : MINUTE_MS);
    if (id === "back") await shop.come(id);
    if (id === "ended") await shop.submit(id, { type: "session_ended", reason: "ended_by_agent" });
  }
  const { released, abandoned } = await shop.report();
  expect(released).toEqual([{ agent: "eve", count: 3, ms: 12 * MINUTE_MS }]);
  expect(abandoned.count).toBe(0);
});

it("neither counts a merge as a conversation nor as a return", async () => {
  const shop = await Shop.open();
  await shop.write("old", "orders");
  await shop.leave("old");
  await shop.harness.merge({ account: ACCOUNT, id: "old" }, "survivor");
  await shop.harness.settle();
  await shop.pass(1_000);
  await shop.come("survivor");
  const found = await shop.report();
  expect(found).toMatchObject({ conversations: 1, departures: 1, contradicted: 1 });
});

it("waits for no return of a visitor who is here by the pages of another session", async () => {
  const shop = await Shop.open();
  await shop.write("old", "orders");
  await shop.leave("old");
  expect(await shop.report()).toMatchObject({ departures: 1, undecided: 1 });
  await shop.write("here", "orders");
  await shop.harness.merge({ account: ACCOUNT, id: "here" }, "old");
  await shop.harness.settle();
  expect(await shop.report()).toMatchObject({ contradicted: 0, undecided: 0 });
});
