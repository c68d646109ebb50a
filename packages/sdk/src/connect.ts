import { beatInterval, FIRST_BEAT_MS, retryInterval } from "./beat.ts";
import type { DeferredLeave } from "./deferred-leave.ts";
import { deferLeave } from "./deferred-leave.ts";
import { listen } from "./lifecycle.ts";
import type { ConnectOptions, Presence, PresenceErrorCode } from "./options.ts";
import { createPageId } from "./page.ts";
import { send } from "./send.ts";
import { renewalTime } from "./token.ts";
import type { LeaveDestination, LivingSignal } from "./wire.ts";
import { SIGNALS_PATH, WIRE_VERSION } from "./wire.ts";

const SLEPT_MS = 30_000;

const watch = (
  { collector, key, session, token: source }: ConnectOptions,
  report: (code: PresenceErrorCode, cause?: unknown) => void,
): (() => void) => {
  const url = collector.replace(/\/$/, "") + SIGNALS_PATH;
  const page = createPageId();
  const ask = typeof source === "function" && source;
  let token = ask ? undefined : (source as string | undefined);
  let renewAt = 0;
  let gen = -1;
  let seq = 0;
  let live = false;
  let toldAt = 0;
  let beatMs = FIRST_BEAT_MS;
  let failures = 0;
  let refusals = 0;
  let nextPage: LeaveDestination | undefined;
  let latest: string | undefined;
  let deferred: DeferredLeave | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const encode = (rest: object) =>
    JSON.stringify({ v: WIRE_VERSION, key, session, token, page, gen, ...rest });

  const arm = (to?: LeaveDestination) => {
    deferred?.drop();
    const body = encode({ type: "leave", to });
    deferred = deferLeave(url, body);
    return body;
  };

  const halt = (code?: PresenceErrorCode, cause?: unknown) => {
    clearTimeout(timer);
    deferred?.drop();
    live = false;
    toldAt = failures = refusals = 0;
    latest = undefined;
    if (code) report(code, cause);
  };

  const schedule = (interval: number) => {
    clearTimeout(timer);
    timer = setTimeout(tell, toldAt + interval - Date.now(), "beat");
  };

  const tell = async (type: LivingSignal["type"], parting?: boolean) => {
    if (!live) return;
    const now = Date.now();
    if (deferred?.sent() || now - toldAt > beatMs + SLEPT_MS) {
      gen++;
      seq = 0;
      nextPage = undefined;
      arm();
    }
    toldAt = now;
    if (ask) {
      if (now >= renewAt) renew();
      if (!token) return;
    }
    const body = encode({
      type,
      seq: seq++,
      visible: !document.hidden,
      armed: !!deferred,
    });
    latest = body;
    try {
      const [status, reply] = await send(url, body, beatMs, parting);
      if (latest !== body) return;
      const { nextMs, code } = reply;
      if (nextMs) {
        failures = refusals = 0;
        beatMs = nextMs;
        schedule(beatInterval(nextMs));
      } else if (nextMs === 0) halt();
      else if (status === 401 && ask && !refusals++) renew();
      else if (code && status < 500 && status !== 429) halt(code, reply);
      else throw reply;
    } catch (cause) {
      if (latest !== body) return;
      if (!failures++) report("network", cause);
      schedule(retryInterval(failures, beatMs));
    }
  };

  const renew = async () => {
    renewAt = Infinity;
    try {
      token = await (ask as (session: string) => string | Promise<string>)(session);
      renewAt = renewalTime(token, Date.now());
      if (live) {
        arm();
        tell(seq ? "beat" : "open");
      }
    } catch (cause) {
      renewAt = 0;
      report("token_failed", cause);
      if (!token) schedule(retryInterval(++failures, beatMs));
    }
  };

  const show = () => {
    if (live || document.prerendering) return;
    live = true;
    tell("open");
  };

  const leave = (to?: LeaveDestination) => {
    if (!live) return;
    halt();
    send(url, arm(to), beatMs, true).catch(() => {});
  };

  const stop = listen({
    visibilitychange: () => {
      if (document.hidden) tell("hidden", true);
      else if (live) tell("visible");
      else show();
    },
    prerenderingchange: show,
    freeze: () => tell("freeze", true),
    resume: () => {
      toldAt = 0;
      tell("resume");
    },
    online: () => tell("beat"),
    pageswap: (event: PageSwapEvent) => {
      nextPage = event.activation ? "page" : undefined;
    },
    pagehide: () => leave(nextPage ?? ("onpageswap" in window ? "gone" : undefined)),
    pageshow: (event: PageTransitionEvent) => event.persisted && show(),
    securitypolicyviolation: (event: SecurityPolicyViolationEvent) => {
      if (live && event.blockedURI === url && event.disposition === "enforce") {
        halt("csp_connect_src", event);
      }
    },
  });
  show();
  return () => {
    leave();
    deferred?.drop();
    stop();
  };
};

declare global {
  interface Document {
    prerendering?: boolean;
  }
}

/** Connects this page to one session. */
export const connect = (options: ConnectOptions): Presence => {
  let stop = () => {};
  const report = (code: PresenceErrorCode, cause: unknown) =>
    queueMicrotask(() => options?.onError?.({ code, cause }));
  const start = (moved?: Pick<ConnectOptions, "session" | "token">) => {
    stop();
    try {
      stop = watch({ ...options, ...moved }, report);
    } catch (cause) {
      report("not_started", cause);
    }
  };
  start();
  return {
    setSession: (session, token = options?.token) => start({ session, token }),
    disconnect: () => stop(),
  };
};
