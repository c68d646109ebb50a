import type { Transition } from "../model/transition.ts";
import { type Api, WrongKey } from "./api.ts";
import { createEventParser } from "./sse.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** The collector speaks every 15 s; after this long without a word the line is dead. */
const SILENCE_MS = 40_000;

export interface StreamListener {
  /** The line is open; `again`: it was open before, so something may have been missed. */
  onLive(again: boolean): void;
  /** The line broke; it is tried again until it holds. */
  onLost(): void;
  onTransition(transition: Transition): void;
  /** The key is no longer good: the stream has ended for good. */
  onRefused(): void;
}

/**
 * Follows the collector's transitions until stopped. Each new attempt asks for what came after the
 * last event, so that a break loses nothing.
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
    let silence = setTimeout(() => broken.abort(), SILENCE_MS);
    try {
      const answer = await api.stream(lastEventId, signal);
      // The transition to go on from may have been erased; the list is read anew in any case.
      if (isRefusal(answer.status)) lastEventId = null;
      if (!answer.ok || !answer.body) throw new Error(`The stream answered ${answer.status}`);
      listener.onLive(wasLive);
      wasLive = true;
      pauseMs = FIRST_PAUSE_MS;
      const parse = createEventParser();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => broken.abort(), SILENCE_MS);
        for (const { id, event, data } of parse(value)) {
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
        if (error instanceof WrongKey) return listener.onRefused();
      }
      if (stopped.signal.aborted) return;
      listener.onLost();
      await pause(pauseMs, stopped.signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  run();
  return () => stopped.abort();
}

/** Asking the same again would be answered the same; 408 and 429 only ask to come later. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** Ends early when the network is back: nobody should look at an old list for ten seconds. */
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
