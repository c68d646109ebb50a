import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aTransition } from "../testing/session.ts";
import { WrongKey } from "./api.ts";
import { followTransitions } from "./stream.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("addEventListener", vi.fn());
  vi.stubGlobal("removeEventListener", vi.fn());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A collector whose streams the test writes to and breaks. */
function fakeCollector() {
  const asked: (string | null)[] = [];
  const lines: ReadableStreamDefaultController<Uint8Array>[] = [];
  return {
    asked,
    send(text: string) {
      lines.at(-1)?.enqueue(new TextEncoder().encode(text));
      return vi.advanceTimersByTimeAsync(0);
    },
    cut() {
      lines.at(-1)?.close();
      return vi.advanceTimersByTimeAsync(0);
    },
    async stream(lastEventId: string | null, signal: AbortSignal) {
      asked.push(lastEventId);
      const body = new ReadableStream<Uint8Array>({
        start(line) {
          lines.push(line);
          signal.addEventListener("abort", () => line.error(signal.reason));
        },
      });
      return new Response(body);
    },
  };
}

function fakeListener() {
  return { onLive: vi.fn(), onLost: vi.fn(), onTransition: vi.fn(), onRefused: vi.fn() };
}

const event = (id: string, seq: number) =>
  `id: ${id}\nevent: transition\ndata: ${JSON.stringify(aTransition({ id, seq }))}\n\n`;

describe("followTransitions", () => {
  it("hands on each transition", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await collector.send(event("tr_1", 1) + event("tr_2", 2));
    expect(listener.onLive).toHaveBeenCalledExactlyOnceWith(false);
    expect(listener.onTransition.mock.calls.map(([{ id }]) => id)).toEqual(["tr_1", "tr_2"]);
    stop();
  });

  it("comes back after a break and asks for what it missed", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await collector.send(event("tr_9", 9));
    await collector.cut();
    expect(listener.onLost).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(250);
    expect(collector.asked).toEqual([null, "tr_9"]);
    expect(listener.onLive).toHaveBeenLastCalledWith(true);
    stop();
  });

  it("starts afresh where the transition to go on from is not known any more", async () => {
    const collector = fakeCollector();
    const stop = followTransitions(
      {
        stream: async (lastEventId, signal) => {
          const answer = await collector.stream(lastEventId, signal);
          return lastEventId === null ? answer : new Response(null, { status: 404 });
        },
      },
      fakeListener(),
    );
    await collector.send(event("tr_9", 9));
    await collector.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(collector.asked).toEqual([null, "tr_9", null]);
    stop();
  });

  it("waits longer from failure to failure, ten seconds at most", async () => {
    const stream = vi.fn().mockRejectedValue(new TypeError("away"));
    const stop = followTransitions({ stream }, fakeListener());
    await vi.advanceTimersByTimeAsync(250 + 500 + 1_000 + 2_000 + 4_000 + 8_000);
    expect(stream).toHaveBeenCalledTimes(7);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stream).toHaveBeenCalledTimes(10);
    stop();
  });

  it("takes a line that says nothing for 40 s for broken", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await vi.advanceTimersByTimeAsync(30_000);
    await collector.send(": keep-alive\n\n");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(listener.onLost).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(listener.onLost).toHaveBeenCalledOnce();
    stop();
  });

  it("gives up when the key is refused", async () => {
    const stream = vi.fn().mockRejectedValue(new WrongKey());
    const listener = fakeListener();
    followTransitions({ stream }, listener);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener.onRefused).toHaveBeenCalledOnce();
    expect(stream).toHaveBeenCalledOnce();
  });

  it("stops", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await vi.advanceTimersByTimeAsync(0);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(collector.asked).toHaveLength(1);
    expect(listener.onLost).not.toHaveBeenCalled();
  });
});
