import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Transition } from "../model/transition.ts";
import type { Api } from "./api.ts";
import { SignInEnded } from "./problem.ts";

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;

/** The collector sends a keep-alive every 15 s; after this long without data the stream is dead. */
const SILENCE_TIMEOUT_MS = 40_000;

export interface StreamListener {
  /** The stream is open; after a reconnect, transitions may have been missed. */
  onLive(isReconnect: boolean): void;
  /** The stream broke; it is retried until it opens. */
  onLost(): void;
  onTransition(transition: Transition): void;
  /** The key is no longer valid; the stream is not retried. */
  onRefused(): void;
}

/**
 * Follows the collector's transitions by `fetch`, since EventSource cannot send the key, until stopped. Each attempt resumes after the last event, so
 * that an interruption loses none.
 * @returns a function that stops it
 */
export function followTransitions(api: Pick<Api, "stream">, listener: StreamListener): () => void {
  const stopped = new AbortController();
  let lastEventId: string | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  let wasLive = false;

  async function readOnce(): Promise<void> {
    const broken = new AbortController();
    const signal = AbortSignal.any([stopped.signal, broken.signal]);
    let silence = setTimeout(() => broken.abort(), SILENCE_TIMEOUT_MS);
    try {
      const response = await api.stream(lastEventId, signal);
      // The transition to resume from may have been erased; the list is read again in any case.
      if (isPermanent(response.status)) lastEventId = null;
      if (!response.ok || !response.body) throw new Error(`The stream answered ${response.status}`);
      listener.onLive(wasLive);
      wasLive = true;
      pauseMs = FIRST_PAUSE_MS;
      const events: EventSourceMessage[] = [];
      const parser = createParser({ onEvent: (event) => events.push(event) });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => broken.abort(), SILENCE_TIMEOUT_MS);
        parser.feed(value);
        for (const { id, event, data } of events.splice(0)) {
          if (event === "reset") {
            // The store was restored: the list is read again, so its history is not needed here.
            lastEventId = null;
            broken.abort();
            return;
          }
          if (id) lastEventId = id;
          if (event === "transition") listener.onTransition(JSON.parse(data));
        }
      }
    } finally {
      clearTimeout(silence);
    }
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        await readOnce();
      } catch (error) {
        if (error instanceof SignInEnded) return listener.onRefused();
      }
      if (stopped.signal.aborted) return;
      listener.onLost();
      await pause(pauseMs, stopped.signal);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  run();
  return () => stopped.abort();
}

/** Whether a retry would fail in the same way; 408 and 429 can be retried. */
function isPermanent(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** A pause that ends early when the network is back. */
function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    function end() {
      clearTimeout(timer);
      removeEventListener("online", end);
      stopped.removeEventListener("abort", end);
      done();
    }
    addEventListener("online", end);
    stopped.addEventListener("abort", end);
  });
}
