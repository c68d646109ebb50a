/**
 * A browser to test in: what the wire saw is recorded, what the browser does is told, and the clock
 * stands still until it is moved.
 * @module
 */

import { vi } from "vitest";
import { connect } from "../connect.ts";
import type { ConnectOptions, Presence } from "../options.ts";
import type { LeaveSignal, LivingSignal } from "../wire.ts";

/** Any signal, read without asking which. */
export type Signal = Partial<Omit<LivingSignal, "type"> & Omit<LeaveSignal, "type">> & {
  type: LivingSignal["type"] | LeaveSignal["type"];
};

/** One request, as it left the page. */
export interface Sent {
  readonly via: "fetch" | "beacon";
  /** Milliseconds since the browser was opened. */
  readonly at: number;
  readonly url: string;
  readonly signal: Signal;
  readonly init: RequestInit | undefined;
}

/** A leave that the browser holds. */
export interface Held {
  readonly signal: Signal;
  readonly init: RequestInit;
  activated: boolean;
}

/** How the collector answers: a body, a body with its status, nothing at all, or no network. */
export type Answer = object | "hang" | "offline" | "html";

export interface BrowserFeatures {
  fetchLater?: boolean | "forbidden";
  pageswap?: boolean;
  sendBeacon?: boolean;
  prerendering?: boolean;
  hidden?: boolean;
}

/** Small enough to lengthen nothing by a millisecond. */
export const NO_JITTER = 2 ** -30;

export const DEFAULTS: ConnectOptions = {
  collector: "https://presence.example.com",
  key: "pk_1",
  session: "conv_1",
};

const START = new Date("2026-01-05T09:00:00Z");

/** The real one. */
const { setTimeout: startTimer } = globalThis;
const POLL_MS = 5;
/** How long a condition is waited for: a busy machine may take many times as long as a quiet one. */
const MAX_POLLS = 30_000 / POLL_MS;

/** The hashes that pages have made and are making, outside of the timers. */
function trackHashes(): readonly Promise<unknown>[] {
  const hashes: Promise<unknown>[] = [];
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "digest").mockImplementation((...given) => {
    const hash = digest(...given);
    hashes.push(hash);
    return hash;
  });
  return hashes;
}

export function openBrowser(features: BrowserFeatures = {}) {
  const hashes = trackHashes();
  vi.useFakeTimers({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "Date", "performance"],
  });

  const sent: Sent[] = [];
  const armed: Held[] = [];
  const presences: Presence[] = [];
  const now = () => Date.now() - START.getTime();
  const undo: (() => void)[] = [];
  const unset = (target: object, name: string) => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Reflect.deleteProperty(target, name);
    undo.push(() => {
      if (before) Object.defineProperty(target, name, before);
      else Reflect.deleteProperty(target, name);
    });
  };
  const set = (target: object, name: string, value: unknown) => {
    unset(target, name);
    Object.defineProperty(target, name, { configurable: true, writable: true, value });
  };

  const browser = {
    /** Every request so far, in order. */
    sent,
    /** Every deferred leave so far, dropped ones too. */
    armed,
    /** What `Math.random` gives, so that there is no jitter unless a test asks for it. */
    random: NO_JITTER,
    /** What the collector answers from now on. */
    answer: { nextMs: 10_000 } as Answer | ((signal: Signal) => Answer),
    now,

    /** Connects a page, until the browser is closed. */
    async connect(options: Partial<ConnectOptions> = {}) {
      const presence = connect({ ...DEFAULTS, ...options });
      presences.push(presence);
      await browser.settle();
      return presence;
    },

    /** The deferred leaves that the browser would still send. */
    held: () => armed.filter(({ init, activated }) => !activated && !init.signal?.aborted),
    /** Requests so far, as `type@seconds` (a beacon's with `+`). */
    log: () =>
      sent.map(
        ({ via, at, signal }) => `${signal.type}${via === "beacon" ? "+" : ""}@${at / 1000}`,
      ),
    /** Forgets the requests so far. */
    clear: () => void sent.splice(0),
    last: () => {
      const request = sent.at(-1);
      if (!request) throw new Error("Nothing was sent");
      return request.signal;
    },
    settle: () => vi.advanceTimersByTimeAsync(0),
    /**
     * Waits until nothing is thrown, for what is made outside of the page's timers, such as hashes. The clock
     * stands still meanwhile, so that the page does nothing else.
     */
    async until(check: () => unknown) {
      for (let poll = 1; ; poll += 1) {
        try {
          return void (await check());
        } catch (error) {
          if (poll === MAX_POLLS) throw error;
          await new Promise((resolve) => startTimer(resolve, POLL_MS));
        }
      }
    },
    /** Waits until no hash is being made: it would reach the page of the next test. */
    async hashed() {
      await Promise.allSettled(hashes);
      // What the page does with them.
      await new Promise((resolve) => startTimer(resolve, 0));
    },
    /** Lets the time pass, every timer on time. */
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    /** Lets the clock jump with nothing running: the machine sleeps. */
    sleep: (ms: number) => void vi.setSystemTime(Date.now() + ms),

    fire(type: string, target: EventTarget = document, more: object = {}) {
      target.dispatchEvent(Object.assign(new Event(type, { bubbles: true }), more));
      return browser.settle();
    },
    setVisible(visible: boolean) {
      set(Document.prototype, "hidden", !visible);
      set(Document.prototype, "visibilityState", visible ? "visible" : "hidden");
    },
    async show() {
      browser.setVisible(true);
      await browser.fire("visibilitychange");
    },
    async hide() {
      browser.setVisible(false);
      await browser.fire("visibilitychange");
    },
    /** The events of a page that is left, in the browsers' order. */
    async leave(activation?: object | null) {
      if (features.pageswap && activation !== undefined) {
        await browser.fire("pageswap", window, { activation });
      }
      await browser.fire("pagehide", window, { persisted: true });
      await browser.hide();
    },
    /** The browser sends what it holds, as when the page enters the back/forward cache. */
    flush() {
      for (const held of browser.held()) held.activated = true;
    },
    close() {
      for (const presence of presences) presence.disconnect();
      for (const revert of undo.reverse()) revert();
      vi.restoreAllMocks();
      vi.useRealTimers();
    },
  };

  vi.spyOn(Math, "random").mockImplementation(() => browser.random);

  const reply = (signal: Signal, abort: AbortSignal): Promise<Response> => {
    const answer = typeof browser.answer === "function" ? browser.answer(signal) : browser.answer;
    if (answer === "offline") return Promise.reject(new TypeError("Failed to fetch"));
    if (answer === "html") return Promise.resolve(new Response("<p>Please log in</p>"));
    if (answer === "hang") {
      return new Promise((_, reject) =>
        abort.addEventListener("abort", () => reject(abort.reason as Error)),
      );
    }
    return Promise.resolve(Response.json(answer));
  };

  set(globalThis, "fetch", (url: string, init: RequestInit) => {
    const signal = JSON.parse(init.body as string) as Signal;
    sent.push({ via: "fetch", at: now(), url, signal, init });
    return reply(signal, init.signal as AbortSignal);
  });
  set(AbortSignal, "timeout", (ms: number) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("Timed out", "TimeoutError")), ms);
    return controller.signal;
  });
  set(
    navigator,
    "sendBeacon",
    features.sendBeacon === false
      ? undefined
      : (url: string, body: string) => {
          sent.push({ via: "beacon", at: now(), url, signal: JSON.parse(body), init: undefined });
          return true;
        },
  );
  if (features.fetchLater) {
    set(globalThis, "fetchLater", (_url: string, init: RequestInit) => {
      if (features.fetchLater === "forbidden") {
        throw new DOMException("Not allowed by permissions policy", "QuotaExceededError");
      }
      const held = { signal: JSON.parse(init.body as string), init, activated: false };
      armed.push(held);
      return held;
    });
  }
  if (features.pageswap) set(window, "onpageswap", null);
  else unset(window, "onpageswap");
  set(Document.prototype, "prerendering", features.prerendering ?? false);
  browser.setVisible(!features.hidden);

  return browser;
}

export type Browser = ReturnType<typeof openBrowser>;
