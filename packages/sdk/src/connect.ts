import { FIRST_BEAT_MS, FIRST_PAUSE_MS, jitter, LONGEST_PAUSE } from "./beat.ts";
import { listen } from "./lifecycle.ts";
import type { ConnectOptions, Presence } from "./options.ts";
import { createPageId } from "./page.ts";
import { request, send } from "./send.ts";
import { type LeaveDestination, type LivingSignal, SIGNALS_PATH, WIRE_VERSION } from "./wire.ts";

/** How long a token is used before its function is called again: well within the life of most. */
const TOKEN_MS = 240_000;

/**
 * Tells a collector that this page is there, until it is gone.
 *
 * Never throws, and sends nothing while the document is prerendering; `onError` hears of trouble.
 * For browsers: on a server there is no page to speak of. Each call is a page of its own to the
 * collector, so several sessions can be connected at once.
 *
 * @example
 * const presence = connect({
 *   collector: "https://presence.example.com",
 *   key: "pk_…",
 *   session: "conv_1",
 *   token: () => fetch("/presence-token").then((response) => response.text()),
 * });
 * presence.disconnect();
 */
export const connect = (options: ConnectOptions): Presence => {
  const { collector, key, session: firstSession, token: firstSource, onError } = { ...options };
  const url = collector + SIGNALS_PATH;
  let disconnect = () => {};

  const setSession: Presence["setSession"] = (session, source = firstSource) => {
    disconnect();

    const page = createPageId();
    const asks = typeof source === "function";
    let gen = -1;
    let seq: number;
    /** The next beat. Falsy: the page is silent, for it has not begun, has left or was told to stop. */
    let timer: number | undefined = 0;
    let beatMs = FIRST_BEAT_MS;
    let toldAt = 0;
    let failures = 0;
    let token: string | undefined;
    let beatsOfToken: number;
    let to: LeaveDestination | undefined;
    let deferred: { readonly activated: boolean } | undefined;
    let holding: AbortController | undefined;

    const encode = (signal: object) =>
      JSON.stringify({ v: WIRE_VERSION, key, session, token, page, gen, ...signal });

    /**
     * Has the browser hold a leave that it sends when the document is gone, be it by a crash of its
     * renderer (https://developer.chrome.com/blog/fetch-later-api-origin-trial). Its body is fixed
     * from here on. A permissions policy can forbid it; then the lease is the answer to a crash.
     */
    const arm = (to?: LeaveDestination) => {
      holding?.abort();
      holding = new AbortController();
      const body = encode({ type: "leave", to });
      deferred = undefined;
      try {
        deferred = fetchLater(url, request(body, holding.signal));
      } catch {}
      return body;
    };

    const schedule = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(tell, ms * jitter());
    };

    const halt = () => {
      clearTimeout(timer);
      holding?.abort();
      timer = failures = 0;
    };

    /** Begins a generation: the page comes to life, or back to it. */
    const begin = async (type?: LivingSignal["type"]) => {
      if (document.prerendering) return;
      const current = timer;
      beatsOfToken = 0;
      try {
        token = asks ? await source(session) : source;
      } catch (cause) {
        onError?.("token", cause);
      }
      // While the token was on its way something else was told, or the page has left.
      if (timer !== current) return;
      gen++;
      seq = 0;
      // Where `pageswap` exists, a page that leaves without one is being closed.
      to = "onpageswap" in self ? "gone" : undefined;
      arm();
      tell(type);
    };

    /** Sends one signal (by default a beat) and takes the answer for the time of the next. */
    const tell = async (type?: LivingSignal["type"]) => {
      // The deferred leave has gone out, or the machine slept: this generation may have left. One
      // that has said nothing yet has not.
      const lost = seq && (deferred?.activated || Date.now() - toldAt > beatMs * 3);
      toldAt = Date.now();
      // In case that neither token nor answer ever comes.
      schedule(beatMs);
      // What parts cannot wait for a token; a beat can.
      if (lost || (!type && ++beatsOfToken * beatMs > TOKEN_MS)) return begin(type);
      const current = timer;
      const reply = await send(
        url,
        encode({
          type: type || (seq ? "beat" : "open"),
          seq: seq++,
          visible: !document.hidden,
          armed: !!deferred,
        }),
        !deferred && type && document.hidden,
      );
      // Only the answer to the latest signal counts.
      if (timer !== current) return;
      const { nextMs, status, code = "network" } = reply;
      if (nextMs) {
        failures = 0;
        beatMs = nextMs;
        schedule(nextMs);
      } else if (nextMs === 0) {
        halt();
      } else {
        if (asks && status === 401) beatsOfToken = Infinity;
        else if (status < 404) halt();
        // Counted from when it was told: a request that hung has had its pause.
        if (timer) {
          schedule(
            Math.min(beatMs * LONGEST_PAUSE, FIRST_PAUSE_MS * 2 ** failures) + toldAt - Date.now(),
          );
        }
        if (!failures++) onError?.(code, reply);
      }
    };

    const leave = (to?: LeaveDestination) => {
      if (!timer) return;
      halt();
      // Armed once more, for it now knows where to; and not relied upon, for few browsers have it.
      send(url, arm(to), !deferred);
    };

    const stopListening = listen({
      // After `pagehide`, which comes first in all engines, nothing is said of hidden.
      visibilitychange: () => (timer ? tell(document.visibilityState) : document.hidden || begin()),
      prerenderingchange: () => timer || begin(),
      freeze: () => timer && tell("freeze"),
      // As if it had slept; the beat that was due meanwhile comes right behind, and not instead.
      resume: () => {
        toldAt = 0;
        if (timer) tell("resume");
      },
      online: () => timer && tell(),
      // Comes before `pagehide`; `activation` is null where the next page is of another origin.
      pageswap: (event: PageSwapEvent) => {
        to = event.activation ? "page" : to;
      },
      // One from an element is somebody's own event of that name.
      pagehide: (event: Event) => (event.target as Element).tagName || leave(to),
      pageshow: (event: PageTransitionEvent) => event.persisted && (timer || begin()),
      // Comes after the request that it forbade has failed; a policy that only reports fails none.
      securitypolicyviolation: (event: SecurityPolicyViolationEvent) =>
        failures && event.blockedURI === url && onError?.("csp", event),
    });

    disconnect = () => {
      leave();
      holding?.abort();
      stopListening();
      // Neither silent nor speaking: nothing that is still under way finds what it left.
      timer = undefined;
    };
    begin();
  };

  setSession(firstSession);
  return { setSession, disconnect: () => disconnect() };
};
