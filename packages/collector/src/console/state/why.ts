import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { now } from "../live/clock.ts";
import { coalesce } from "../live/coalesce.ts";
import type { SessionStore } from "../live/session-store.ts";
import type { Session } from "../model/session.ts";
import { factKeys } from "../model/timeline/fact-keys.ts";
import { presentOf } from "../model/timeline/present.ts";
import { isGoneVerdict } from "../model/timeline/timed.ts";
import { timelineOf } from "../model/timeline/timeline.ts";
import { createTimes } from "../model/timeline/times.ts";
import { whyWords } from "../model/timeline/why.ts";
import type { Trace } from "../model/trace.ts";
import { rereadAfterMs } from "./reread.ts";

/** Between two readings that changes ask for. */
const PAUSE_MS = 300;
export type Why = ReturnType<typeof createWhy>;

/** One conversation on a time axis, kept up to date while it is open. */
export function createWhy(api: Pick<Api, "session" | "trace">, store: SessionStore) {
  const asked = signal<string | null>(null);
  const session = signal<Session | null>(null);
  const trace = signal<Trace | null>(null);
  const status = signal<"reading" | "read" | "missing" | "failed">("reading");
  const clock = signal(now());
  /** The key of the fact that is chosen: its position moves when facts come or go before it. */
  const chosen = signal<string | null>(null);
  const times = createTimes(now);
  let readAt = 0;

  const refresh = coalesce<string>(
    async (id) => {
      const [found, facts] = await Promise.all([api.session(id), api.trace(id)]);
      if (asked.peek() !== id) return;
      readAt = now();
      batch(() => {
        clock.value = readAt;
        session.value = found;
        trace.value = facts;
        status.value = found && facts ? "read" : "missing";
      });
    },
    () => {
      if (trace.peek() === null) status.value = "failed";
    },
    PAUSE_MS,
  );

  const present = computed(() => session.value && presentOf(session.value, clock.value));
  const timeline = computed(() =>
    trace.value && present.value ? timelineOf(trace.value, present.value) : null,
  );
  const keys = computed(() => factKeys(timeline.value?.facts ?? []));
  /** The fact that is chosen, or else the verdict, or else the last one. */
  const selected = computed(() => {
    const index = chosen.value === null ? -1 : keys.value.indexOf(chosen.value);
    if (index >= 0) return index;
    const facts = timeline.value?.facts ?? [];
    return facts.findLast(isGoneVerdict)?.index ?? facts.length - 1;
  });

  /** Whether the store has another version than the one that was read, or one of another mode of presence. */
  function isOther(id: string): boolean {
    const [read, stored] = [session.peek(), store.get(id)];
    const isOtherMode = !stored?.shadow !== !read?.shadow;
    return isOtherMode || stored?.seq !== read?.seq || stored?.changedAt !== read?.changedAt;
  }

  store.listen((ids) => {
    const id = asked.peek();
    const isOwn = (each: string) => each === id || each === session.peek()?.id;
    if (id !== null && ids.some((each) => isOwn(each) && isOther(each))) refresh(id);
  });

  return {
    session: session as ReadonlySignal<Session | null>,
    trace: trace as ReadonlySignal<Trace | null>,
    status: status as ReadonlySignal<"reading" | "read" | "missing" | "failed">,
    /** `null` while nothing is read, and where nothing is kept. */
    timeline,
    /** The position of the selected fact. */
    selected,
    times,
    sentence: computed(() =>
      trace.value && present.value ? whyWords(trace.value, present.value, times) : "",
    ),

    open(id: string): void {
      if (asked.peek() !== id) {
        batch(() => {
          asked.value = id;
          session.value = null;
          trace.value = null;
          chosen.value = null;
        });
      }
      status.value = trace.peek() === null ? "reading" : "read";
      refresh(id);
    },

    close(): void {
      asked.value = null;
    },

    select(index: number): void {
      const last = keys.peek().length - 1;
      chosen.value = keys.peek()[Math.max(0, Math.min(index, last))] ?? null;
    },

    /** To be called every second: moves the present on, and reads again what no stream tells. */
    tick(): void {
      const id = asked.peek();
      const [found, facts] = [session.peek(), trace.peek()];
      if (id === null || !found || !facts || document.hidden) return;
      const at = now();
      const afterMs = rereadAfterMs(found, facts, at);
      if (afterMs === null) return;
      clock.value = at;
      if (at - readAt > afterMs) refresh(id);
    },
  };
}
