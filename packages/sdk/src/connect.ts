import { FIRST_BEAT_MS, jitter, pauseAfter } from "./beat.ts";
import type { ConnectOptions, Presence } from "./options.ts";
import { createPageId, read } from "./page.ts";
import { quietly } from "./quiet.ts";
import { post, REQUEST } from "./send.ts";
import { type LeaveDestination, type LivingSignal, SIGNALS_PATH, WIRE_VERSION } from "./wire.ts";

/** How long a token is used before its function is called again: well within the life of most. */
const TOKEN_MS = 240_000;

/** A call for a token that takes longer has failed: a promise may never settle. */
const TOKEN_TIMEOUT_MS = 10_000;

/**
 * Tells a collector that this page is there, until it is gone.
 *
 * Never throws, and sends nothing while the document is prerendering; `onError` receives what goes
 * wrong. On a server, without a document, it does nothing. Each call is a page of its own to the
 * collector, so several sessions can be connected together.
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
  const { collector, key, session, token: source, onError } = { ...options };
  // A slash at the end and the version of the API are not part of the base.
  const url = `${collector}`.replace(/(\/v1)?[/]*$/, SIGNALS_PATH);
  const page = createPageId();
  const listening = new AbortController();
  let gen = -1;
  /** Number of the next signal of this generation; 0 while none has begun. */
  let seq = 0;
  /** The next beat. Falsy: the page has left or was told to stop. */
  let timer: number | undefined;
  let beatMs = FIRST_BEAT_MS;
  /** 0: the next signal begins a generation. By the wall clock: others may stop in sleep. */
  let sentAt = 0;
  let failures = 0;
  let token: string | undefined;
  let beatsOfToken = 0;
  let to: LeaveDestination | undefined;
  let deferred: { readonly activated: boolean } | undefined;
  let holding: AbortController | undefined;

  const encode = (signal: object) =>
    JSON.stringify({ v: WIRE_VERSION, key, session, token, page, gen, ...signal });

  /**
   * Has the browser hold a leave that it sends when the document is gone, even by a crash of its
   * renderer (https://developer.chrome.com/blog/fetch-later-api-origin-trial). Its body is fixed
   * from here on. A permissions policy can forbid it; then the lease is the answer to a crash.
   */
  const arm = (to?: LeaveDestination) => {
    holding?.abort();
    holding = new AbortController();
    const body = encode({ type: "leave", to });
    deferred = undefined;
    try {
      deferred = fetchLater(url, { ...REQUEST, body, signal: holding.signal });
    } catch {}
    return body;
  };

  const schedule = (ms: number) => {
    clearTimeout(timer);
    // A replaced clock or `Math.random` may give no number at all.
    timer = setTimeout(tell, ms * jitter() || ms || beatMs);
  };

  /**
   * Fetches a token. Where that fails, the last one stays in use and the next beat tries again: a
   * login page, an error page or `null` is no token, and the collector would refuse it.
   */
  const renew = async () => {
    try {
      if (source) {
        // Without a match this throws.
        [token] = (
          await Promise.race([
            typeof source === "function" ? source(session) : source,
            new Promise<never>((_, reject) => setTimeout(reject, TOKEN_TIMEOUT_MS)),
          ])
        ).match(/^\S{1,2048}$/) as [string];
      }
      beatsOfToken = 0;
      if (seq) arm();
    } catch (cause) {
      if (beatsOfToken < Infinity) onError?.("token", cause);
      beatsOfToken = Infinity;
    }
  };

  /** Sends one signal, by default a beat, and schedules the next by the answer. */
  const tell = (type?: LivingSignal["type"]) =>
    quietly(async () => {
      if (read("prerendering")) return;
      // In case that neither a token nor an answer ever comes.
      schedule(beatMs);
      // The deferred leave has gone out, or the machine slept: this generation may have left.
      if (deferred?.activated || Date.now() - sentAt > beatMs * 3) {
        const before = gen;
        await renew();
        // Meanwhile the page has left, or something else has begun the generation.
        if (!timer || gen !== before) return;
        if (source && !token) return schedule(pauseAfter(++failures, beatMs));
        gen++;
        seq = 0;
        // Where `pageswap` exists, a page that leaves without one is being closed. A frame never
        // gets one.
        to = "onpageswap" in self && self === top ? "gone" : undefined;
        arm();
      } else if (++beatsOfToken * beatMs > TOKEN_MS) quietly(renew);

      sentAt = Date.now();
      const current = timer;
      const isHidden = read("hidden");
      const isParting = type && isHidden;
      const reply = await post(
        url,
        encode({
          type: type || (seq ? "beat" : "open"),
          seq: seq++,
          visible: !isHidden,
          armed: !!deferred,
        }),
        isParting,
        deferred,
      );
      // Only the answer to the latest signal counts.
      if (timer !== current) return;
      const { nextMs, code = "network" } = reply;
      if (nextMs) {
        failures = 0;
        beatMs = nextMs;
        return schedule(nextMs);
      }
      if (nextMs === 0) return stop();
      // Counted from when the signal was sent: a request that hung has had its pause.
      schedule(pauseAfter(++failures, beatMs) - Math.max(0, Date.now() - sentAt));
      if (!/^token/.test(code)) {
        if (/^(key|secret|origin|unsupported)/.test(code)) stop();
      } else if (typeof source === "function") sentAt = 0;
      else stop();
      // The first of a row, or the one that stopped it.
      if (failures < 2) onError?.(code, reply);
    });

  const halt = () => {
    clearTimeout(timer);
    timer = seq = failures = sentAt = 0;
  };

  const stop = () => {
    holding?.abort();
    halt();
  };

  const leave = (to?: LeaveDestination) =>
    quietly(() => {
      // Armed again with the destination; not relied upon, because few browsers hold a leave.
      if (seq) post(url, arm(to), true, deferred);
      halt();
    });

  let disconnect = () => {
    listening.abort();
    leave();
    holding?.abort();
  };

  quietly(() => {
    if (/^sk_/.test(key)) return onError?.("secret_key_in_page", undefined);
    tell();
    // On the window in the capture phase, because some of these events are sent to the document and
    // do not bubble. `unload` and `beforeunload` must never be among them: they cost the page its
    // back/forward cache (https://web.dev/articles/bfcache#never-use-the-unload-event).
    return Object.entries({
      // After `pagehide`, which comes first in all engines, nothing is said of hidden.
      visibilitychange: () =>
        seq ? tell(read("visibilityState") as "visible") : read("hidden") || tell(),
      prerenderingchange: () => seq || tell(),
      freeze: () => seq && tell("freeze"),
      // As if the machine had slept; a beat that was due meanwhile does not come first.
      resume: () => {
        sentAt = 0;
        return seq && tell("resume");
      },
      online: () => seq && tell(),
      // Comes before `pagehide`; `activation` is null where the next page is of another origin.
      pageswap: ({ activation }: PageSwapEvent) => {
        to &&= activation ? "page" : "away";
      },
      pagehide: () => leave(to),
      pageshow: ({ persisted }: PageTransitionEvent) => persisted && (seq || tell()),
      // Comes after the request that it forbade has failed; a policy that only reports fails none.
      securitypolicyviolation: (event: SecurityPolicyViolationEvent) =>
        failures === 1 && event.blockedURI === url && onError?.("csp", event),
    }).map(([type, listener]) =>
      addEventListener(
        type,
        // One from an element is the page's own of that name.
        (event) => event.target instanceof Element || listener(event as never),
        { capture: true, signal: listening.signal },
      ),
    );
  });

  return {
    setSession(session, token = source) {
      disconnect();
      disconnect = connect({ ...options, session, token }).disconnect;
    },
    disconnect: () => disconnect(),
  };
};
