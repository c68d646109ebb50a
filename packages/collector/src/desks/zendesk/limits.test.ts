/**
 * How much of Zendesk's limits is taken where 5,000 conversations a day come and go, where 500 visitors leave at the
 * same time, and where one of them comes and goes without an end. The deliveries are the real ones, on a virtual clock.
 */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Input } from "../../core/input.ts";
import type { Engine } from "../../engine/engine.ts";
import { type DeliveringDesk, startDeliveringDesk } from "../testing/delivering-desk.ts";
import { FIELD, LimitedApi, UPDATES_OF_TICKET, UPDATES_PER_MINUTE } from "./testing/limited-api.ts";

const ACCOUNT = "shop";
const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const BUFFER_MS = 5_000;
const PER_DAY = 5_000;
const { CONVERSATIONS: asked = "40" } = process.env;
/** At the pace of 5,000 a day; `CONVERSATIONS=5000` plays the whole of it. */
const CONVERSATIONS = Number(asked);
const BURST = 500;

let engine: Engine;
let desk: DeliveringDesk;
let api: LimitedApi;

beforeEach(async () => {
  api = new LimitedApi();
  desk = await startDeliveringDesk({
    account: ACCOUNT,
    id: "zendesk",
    kind: "zendesk",
    outbound: {
      ...{ baseUrl: "https://shop.zendesk.com", email: "admin@shop.example", apiToken: "a_token" },
      field: FIELD,
    },
    request: api.request,
    bufferMs: BUFFER_MS,
    leaseSeconds: 300,
    lastsMs: 2 * DAY_MS,
  });
  engine = desk.engine;
});
afterEach(() => desk.stop());

async function submit(id: string, ...inputs: readonly Input[]): Promise<void> {
  const key = { account: ACCOUNT, id };
  await engine.submit({ key, inputs, create: { channel: "web_widget" } });
}

async function begin(id: string): Promise<void> {
  const links = [{ desk: "zendesk", conversation: id, ticket: id }];
  await submit(id, { type: "described", links }, { type: "end_user_message", sentAt: null });
}

/** @param visit tells one page of the visitor from the next */
const open = (id: string, visit: number): Promise<void> => {
  const page = { page: `${id}-${visit}`, gen: 0, seq: 1 } as const;
  return submit(id, { type: "signal", signal: "open", ...page, visible: true, armed: false });
};
const leave = (id: string, visit: number): Promise<void> =>
  submit(id, { type: "leave", page: `${id}-${visit}`, gen: 0, to: "gone" });
/** Once the buffer has passed. */
const decide = (id: string): Promise<void> => submit(id, { type: "tick" });

function expectWithinLimits(): void {
  expect(api.maxPerMinute()).toBeLessThanOrEqual(UPDATES_PER_MINUTE);
  expect(api.maxOfTicket()).toBeLessThanOrEqual(UPDATES_OF_TICKET);
}

it("500 visitors who leave at the same time are told as fast as the limits allow, and the latest of each alone", async () => {
  const ids = Array.from({ length: BURST }, (_, number) => `t${number}`);
  for (const id of ids) await begin(id);
  for (const id of ids) await open(id, 1);
  for (const id of ids) await leave(id, 1);
  await vi.advanceTimersByTimeAsync(BUFFER_MS);
  for (const id of ids) await decide(id);
  // Every fifth comes back, most of them before Zendesk was told that they had left.
  const back = ids.filter((_, number) => number % 5 === 4);
  for (const id of back) await open(id, 2);
  // As many minutes as 90 a minute take, and those that an agent was faster than.
  await vi.advanceTimersByTimeAsync(8 * MINUTE_MS);
  const expected = ids.map((id) => (back.includes(id) ? FIELD.online : FIELD.offline));
  expect(ids.map((id) => api.shown(id))).toEqual(expected);
  expectWithinLimits();
  expect(api.maxPerMinute()).toBeGreaterThan(80);
  expect(api.updates.length).toBeLessThan(BURST * 1.4);
});

it("a visitor who comes and goes without an end takes half of the ticket's limit at most, and the latest is written", async () => {
  await begin("t");
  for (let visit = 1; visit <= 60; visit += 1) {
    await open("t", visit);
    await vi.advanceTimersByTimeAsync(5_000);
    await leave("t", visit);
    await vi.advanceTimersByTimeAsync(BUFFER_MS);
    await decide("t");
  }
  expectWithinLimits();
  expect(api.maxOfTicket()).toBeGreaterThan(10);
  await vi.advanceTimersByTimeAsync(11 * MINUTE_MS);
  expect(api.shown("t")).toBe(FIELD.offline);
  expect(api.maxOfTicket()).toBeLessThanOrEqual(UPDATES_OF_TICKET / 2 + 1);
});

it("conversations at 5,000 a day stay far below the limits, and each is told within seconds", async () => {
  for (let number = 0; number < CONVERSATIONS; number += 1) {
    const id = `t${number}`;
    const startedAt = Date.now();
    await begin(id);
    for (const visit of [1, 2]) {
      await open(id, visit);
      await vi.advanceTimersByTimeAsync(1_500);
      expect(api.shown(id)).toBe(FIELD.online);
      await leave(id, visit);
      await vi.advanceTimersByTimeAsync(BUFFER_MS);
      await decide(id);
      await vi.advanceTimersByTimeAsync(1_500);
      expect(api.shown(id)).toBe(FIELD.offline);
    }
    await submit(id, { type: "session_ended", reason: "ended_by_agent" });
    await vi.advanceTimersByTimeAsync(Math.max(0, DAY_MS / PER_DAY - (Date.now() - startedAt)));
  }
  expectWithinLimits();
  expect(api.maxPerMinute()).toBeLessThan(UPDATES_PER_MINUTE / 3);
  expect(api.updates.length / CONVERSATIONS).toBeLessThan(5);
});
