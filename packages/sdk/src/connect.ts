import { beatInterval, FIRST_BEAT_MS, retryInterval } from "./beat.ts";
import { listen } from "./lifecycle.ts";
import type { ConnectOptions, Presence } from "./options.ts";
import { createPageId } from "./page.ts";
import { beacon, request, send } from "./send.ts";
import type { LeaveSignal, LivingSignal } from "./wire.ts";
import { SIGNALS_PATH, WIRE_VERSION } from "./wire.ts";

/** Keeps one session informed until the returned function is called. */
const watch = ({ collector, key, session, token: source, onError }: ConnectOptions) => {
  const url = collector.replace(/\/$/, "") + SIGNALS_PATH;
  const page = createPageId();
  let token: string | undefined;
  let gen = -1;
  let seq = 0;
  let live = false;
  let beatMs = FIRST_BEAT_MS;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout>;

  const origin = () => ({ v: WIRE_VERSION, key, session, token, page, gen }) as const;

  const schedule = (delayMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(tell, delayMs, "beat");
  };

  const tell = async (type: LivingSignal["type"], parting?: boolean) => {
    if (!live) return;
    const signal: LivingSignal = { ...origin(), type, seq: seq++, visible: !document.hidden };
    const body = JSON.stringify(signal);
    const spokenBy = gen;
    try {
      if (parting) beacon(url, body);
      const { answer } = await send(url, body, beatMs);
      if (!live || spokenBy !== gen) return;
      if (answer.nextMs === 0) halt();
      else if (!answer.nextMs) throw answer;
      else {
        failures = 0;
        beatMs = answer.nextMs;
        schedule(beatInterval(beatMs));
      }
    } catch (cause) {
      if (!live || spokenBy !== gen) return;
      if (!failures++) onError?.({ code: "network", cause });
      schedule(retryInterval(failures, beatMs));
    }
  };

  const halt = () => {
    live = false;
    clearTimeout(timer);
  };

  const revive = async () => {
    if (live) return;
    live = true;
    gen++;
    seq = 0;
    token = typeof source === "function" ? await source(session) : source;
    tell("open");
  };

  const leave = () => {
    if (!live) return;
    halt();
    const signal: LeaveSignal = { ...origin(), type: "leave" };
    const body = JSON.stringify(signal);
    fetch(url, request(body)).catch(() => {});
    beacon(url, body);
  };

  const stop = listen({
    visibilitychange: () => {
      if (document.hidden) tell("hidden", true);
      else if (live) tell("visible");
      else revive();
    },
    pagehide: leave,
    pageshow: (event) => event.persisted && revive(),
    online: () => tell("beat"),
  });
  revive();
  return () => {
    leave();
    stop();
  };
};

/** Connects this page to one session. */
export const connect = (options: ConnectOptions): Presence => {
  let stop = watch(options);
  return {
    setSession(session, token = options.token) {
      stop();
      stop = watch({ ...options, session, ...(token !== undefined && { token }) });
    },
    disconnect() {
      stop();
    },
  };
};
