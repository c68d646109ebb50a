/**
 * Five hundred visitors who leave within a minute, as when a site goes down: what their desk is told, and how often.
 * The deliveries are the real ones, on a virtual clock.
 */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Input } from "../core/input.ts";
import type { Engine } from "../engine/engine.ts";
import { FakeSunco } from "./sunco/testing/desk.ts";
import { type DeliveringDesk, startDeliveringDesk } from "./testing/delivering-desk.ts";

const ACCOUNT = "shop";
const MINUTE_MS = 60_000;
const BUFFER_MS = 5_000;
const CONVERSATIONS = Array.from({ length: 500 }, (_, number) => `c${number}`);

let engine: Engine;
let desk: DeliveringDesk;
let sunco: FakeSunco;

beforeEach(async () => {
  sunco = new FakeSunco(() => Date.now());
  desk = await startDeliveringDesk({
    account: ACCOUNT,
    id: "main",
    kind: "sunco",
    outbound: {
      ...{ baseUrl: "https://shop.zendesk.com/sc", appId: "app", keyId: "key", secret: "secret" },
      metadataKey: "stillhere",
    },
    request: sunco.request,
    bufferMs: BUFFER_MS,
    leaseSeconds: 3_600,
    lastsMs: 60 * MINUTE_MS,
  });
  engine = desk.engine;
  for (const id of CONVERSATIONS) {
    // The desk knows that they are there.
    sunco.metadata.set(id, { stillhere_presence: "online", stillhere_reason: "" });
    const links = [{ desk: "main", conversation: id, ticket: null }];
    await submit(id, { type: "described", links }, response(), open(id, 0));
  }
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(sunco.writes).toEqual([]);
});
afterEach(() => desk.stop());

const response = (): Input => ({ type: "end_user_message", sentAt: null });
const open = (page: string, gen: number): Input => {
  const rest = { seq: 1, visible: true, armed: false } as const;
  return { type: "signal", signal: "open", page, gen, ...rest };
};

async function submit(id: string, ...inputs: readonly Input[]): Promise<void> {
  const key = { account: ACCOUNT, id };
  await engine.submit({ key, inputs, create: { channel: "sunco_web" } });
}

function maxOfAnyMinute(): number {
  const { writes } = sunco;
  const counts = writes.map(
    ({ at }) => writes.filter((each) => each.at <= at && each.at > at - MINUTE_MS).length,
  );
  return Math.max(...counts);
}

it.each([
  ["where its limit is as documented", Number.POSITIVE_INFINITY, 90],
  ["where it answers 429 long before", 40, 40],
])(
  "is told the latest state of each, once, within its pace, %s",
  async (_, limit, maxPerMinute) => {
    sunco.limit = limit;
    for (const id of CONVERSATIONS) {
      await submit(id, { type: "leave", page: id, gen: 0, to: "gone" });
      await vi.advanceTimersByTimeAsync(MINUTE_MS / CONVERSATIONS.length);
    }
    await vi.advanceTimersByTimeAsync(BUFFER_MS);
    for (const id of CONVERSATIONS) await submit(id, { type: "tick" });
    // Some are back before their turn has come: there is nothing to tell of them.
    await vi.advanceTimersByTimeAsync(5_000);
    const waiting = CONVERSATIONS.filter((id) => sunco.presenceOf(id) === "online");
    const back = new Set(waiting.slice(0, 100));
    for (const id of back) await submit(id, open(id, 1));
    await vi.advanceTimersByTimeAsync((CONVERSATIONS.length / maxPerMinute + 3) * MINUTE_MS);

    const expected = CONVERSATIONS.map((id) => (back.has(id) ? "online" : "offline"));
    expect(CONVERSATIONS.map((id) => sunco.presenceOf(id))).toEqual(expected);
    expect(maxOfAnyMinute()).toBeLessThanOrEqual(maxPerMinute);
    expect(maxOfAnyMinute()).toBeGreaterThan(maxPerMinute / 2);
    expect(sunco.writes.length).toBe(CONVERSATIONS.length - back.size);
    // One is refused, and those that were under way then; not each that waits.
    if (limit < 90) expect(sunco.refused).toBeGreaterThan(0);
    expect(sunco.refused).toBeLessThan(CONVERSATIONS.length / 2);
  },
);
