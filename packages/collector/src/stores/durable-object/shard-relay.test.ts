import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RELAY_TIMEOUT_MS } from "./directory.ts";
import type { RelayEntry } from "./links.ts";
import { ShardRelay } from "./shard-relay.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A shard's relay, and a coordinator that hangs, fails or takes the entries. */
function relayOf() {
  const queue: RelayEntry[] = [];
  const taken: number[] = [];
  const errors: unknown[] = [];
  const coordinator = { relay: vi.fn(async () => {}) };
  const relay = new ShardRelay({
    name: { account: "shop", index: 0 },
    timeoutMs: () => RELAY_TIMEOUT_MS,
    coordinator: () => ({
      async relay(_, entries) {
        await coordinator.relay();
        taken.push(...entries.map(({ number }) => number));
      },
    }),
    read: (limit) => queue.slice(0, limit),
    drop: (number) => queue.splice(0, queue.findIndex((entry) => entry.number === number) + 1),
    onError: (error) => errors.push(error),
  });
  let number = 0;
  /** Commits an entry, and says whether its request is still waiting. */
  const commit = () => {
    number += 1;
    queue.push(entryOf(number));
    const request = { isWaiting: true };
    relay.run().then(() => {
      request.isWaiting = false;
    });
    return request;
  };
  return { relay, coordinator, commit, taken, errors };
}

function entryOf(number: number): RelayEntry {
  const rest = { session: "a", sessionCreatedAt: 0, seq: number, at: 0, body: "", terms: null };
  return { number, kind: "live", ...rest };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a coordinator that hangs", () => {
  it("holds up requests once, for the time-out, and none until it has caught up", async () => {
    const { coordinator, commit, taken } = relayOf();
    let answer = () => {};
    coordinator.relay.mockReturnValueOnce(
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    const first = commit();
    await pass(RELAY_TIMEOUT_MS - 1);
    expect(first.isWaiting).toBe(true);
    await pass(1);
    expect(first.isWaiting).toBe(false);
    const second = commit();
    await pass(0);
    expect(second.isWaiting).toBe(false);
    answer();
    await pass(0);
    expect(taken).toEqual([1, 2]);
    coordinator.relay.mockReturnValueOnce(new Promise(() => {}));
    const third = commit();
    await pass(RELAY_TIMEOUT_MS - 1);
    expect(third.isWaiting).toBe(true);
  });
});

describe("a coordinator that is slow", () => {
  it("is waited for once, and again when it has been quick", async () => {
    const { relay, coordinator, commit, taken } = relayOf();
    const takes = (ms: number) =>
      coordinator.relay.mockImplementation(() => new Promise((resolve) => setTimeout(resolve, ms)));
    takes(3 * RELAY_TIMEOUT_MS);
    const first = commit();
    await pass(3 * RELAY_TIMEOUT_MS);
    expect(first.isWaiting).toBe(false);
    expect([taken, relay.isAwaited]).toEqual([[1], false]);
    const second = commit();
    await pass(0);
    expect(second.isWaiting).toBe(false);
    takes(RELAY_TIMEOUT_MS / 2);
    await pass(3 * RELAY_TIMEOUT_MS);
    commit();
    await pass(RELAY_TIMEOUT_MS / 2);
    expect([taken, relay.isAwaited]).toEqual([[1, 2, 3], true]);
    const fourth = commit();
    await pass(0);
    expect(fourth.isWaiting).toBe(true);
  });
});

describe("a coordinator that was slow and then fails", () => {
  it("is reported, for no request waits, and is called again by the next retry", async () => {
    const { relay, coordinator, commit, taken, errors } = relayOf();
    coordinator.relay.mockImplementationOnce(
      () => new Promise((resolve) => setTimeout(resolve, 2 * RELAY_TIMEOUT_MS)),
    );
    commit();
    await pass(2 * RELAY_TIMEOUT_MS);
    coordinator.relay.mockRejectedValue(new Error("down"));
    const calls = coordinator.relay.mock.calls.length;
    commit();
    await pass(10 * RELAY_TIMEOUT_MS);
    expect([errors.length, coordinator.relay.mock.calls.length - calls]).toEqual([1, 1]);
    coordinator.relay.mockResolvedValue();
    await relay.retry();
    await pass(0);
    expect(taken).toEqual([1, 2]);
  });
});

describe("a coordinator that fails", () => {
  it("is called again while requests wait, which are not answered before it has their entries", async () => {
    const { coordinator, commit, taken, errors } = relayOf();
    coordinator.relay.mockRejectedValueOnce(new Error("overloaded"));
    const request = commit();
    await pass(0);
    expect(request.isWaiting).toBe(true);
    await pass(RELAY_TIMEOUT_MS / 2);
    expect(request.isWaiting).toBe(false);
    expect(taken).toEqual([1]);
    expect(errors).toEqual([]);
  });

  it("is reported after the time-out, and called again by the next retry", async () => {
    const { relay, coordinator, commit, taken, errors } = relayOf();
    coordinator.relay.mockRejectedValue(new Error("down"));
    const request = commit();
    await pass(2 * RELAY_TIMEOUT_MS);
    expect(request.isWaiting).toBe(false);
    expect(errors).toHaveLength(1);
    coordinator.relay.mockResolvedValue();
    commit();
    await pass(0);
    expect(taken).toEqual([]);
    await relay.retry();
    await pass(0);
    expect(taken).toEqual([1, 2]);
  });
});

describe("a request", () => {
  it("waits for what was committed before it, and not for later commits", async () => {
    const { coordinator, commit, taken } = relayOf();
    const first = commit();
    coordinator.relay.mockReturnValueOnce(new Promise(() => {}));
    commit();
    await pass(0);
    expect(first.isWaiting).toBe(false);
    expect(taken).toEqual([1]);
  });
});
