import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aTransition } from "../testing/session.ts";
import { SignInEnded } from "./problem.ts";
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

/** A collector with streams that the test writes to and closes. */
function fakeCollector() {
  const lastEventIds: (string | null)[] = [];
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  return {
    lastEventIds,
    send(text: string) {
      streams.at(-1)?.enqueue(new TextEncoder().encode(text));
      return vi.advanceTimersByTimeAsync(0);
    },
    cut() {
      streams.at(-1)?.close();
      return vi.advanceTimersByTimeAsync(0);
    },
    async stream(lastEventId: string | null, signal: AbortSignal) {
      lastEventIds.push(lastEventId);
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          streams.push(controller);
          signal.addEventListener("abort", () => controller.error(signal.reason));
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
  it("passes each transition to the listener", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await collector.send(event("tr_1", 1) + event("tr_2", 2));
    expect(listener.onLive).toHaveBeenCalledExactlyOnceWith(false);
    expect(listener.onTransition.mock.calls.map(([{ id }]) => id)).toEqual(["tr_1", "tr_2"]);
    stop();
  });

  it("reconnects after an interruption and resumes after the last event", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await collector.send(event("tr_9", 9));
    await collector.cut();
    expect(listener.onLost).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(250);
    expect(collector.lastEventIds).toEqual([null, "tr_9"]);
    expect(listener.onLive).toHaveBeenLastCalledWith(true);
    stop();
  });

  it("starts over if the transition to resume from no longer exists", async () => {
    const collector = fakeCollector();
    const stop = followTransitions(
      {
        stream: async (lastEventId, signal) => {
          const response = await collector.stream(lastEventId, signal);
          return lastEventId === null ? response : new Response(null, { status: 404 });
        },
      },
      fakeListener(),
    );
    await collector.send(event("tr_9", 9));
    await collector.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(collector.lastEventIds).toEqual([null, "tr_9", null]);
    stop();
  });

  it("starts over without resuming if the store was restored", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await collector.send(event("tr_9", 9));
    await collector.cut();
    await vi.advanceTimersByTimeAsync(250);
    await collector.send(
      `id: first\nevent: reset\ndata: {"cursor":"first"}\n\n${event("tr_1", 1)}`,
    );
    await vi.advanceTimersByTimeAsync(250);
    expect(collector.lastEventIds).toEqual([null, "tr_9", null]);
    expect(listener.onTransition).toHaveBeenCalledOnce();
    expect(listener.onLive).toHaveBeenLastCalledWith(true);
    stop();
  });

  it("backs off exponentially up to ten seconds", async () => {
    const stream = vi.fn().mockRejectedValue(new TypeError("away"));
    const stop = followTransitions({ stream }, fakeListener());
    await vi.advanceTimersByTimeAsync(250 + 500 + 1_000 + 2_000 + 4_000 + 8_000);
    expect(stream).toHaveBeenCalledTimes(7);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stream).toHaveBeenCalledTimes(10);
    stop();
  });

  it("reconnects after 40 s without data", async () => {
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

  it("passes the same transitions wherever the stream is cut, and with any line ends", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await vi.advanceTimersByTimeAsync(0);
    const text = `: keep-alive\n\n${event("tr_1", 1)}${event("tr_2", 2).replaceAll("\n", "\r\n")}`;
    for (const character of `${text}: keep-alive\n\n${event("tr_é", 3)}`)
      await collector.send(character);
    expect(listener.onTransition.mock.calls.map(([{ id }]) => id)).toEqual([
      "tr_1",
      "tr_2",
      "tr_é",
    ]);
    stop();
  });

  it("does not retry if the key is refused", async () => {
    const stream = vi.fn().mockRejectedValue(new SignInEnded());
    const listener = fakeListener();
    followTransitions({ stream }, listener);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener.onRefused).toHaveBeenCalledOnce();
    expect(stream).toHaveBeenCalledOnce();
  });

  it("does not reconnect after it was stopped", async () => {
    const collector = fakeCollector();
    const listener = fakeListener();
    const stop = followTransitions(collector, listener);
    await vi.advanceTimersByTimeAsync(0);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(collector.lastEventIds).toHaveLength(1);
    expect(listener.onLost).not.toHaveBeenCalled();
  });
});
