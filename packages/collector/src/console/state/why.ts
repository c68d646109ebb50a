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
import type { ToldFact, Trace } from "../model/trace.ts";

/** Between two readings that changes ask for. */
const PAUSE_MS = 300;
/** Beats and hidden tabs change no state, so the stream does not tell of them. */
const READ_AGAIN_MS = 15_000;

export type Why = ReturnType<typeof createWhy>;

/** One conversation on a time axis, kept up to date while it is open. */
export function createWhy(
  api: Pick<Api, "session" | "trace" | "latestDeskDeliveries">,
  store: SessionStore,
) {
  const asked = signal<string | null>(null);
  const session = signal<Session | null>(null);
  const trace = signal<Trace | null>(null);
  const status = signal<"reading" | "read" | "missing" | "failed">("reading");
  const clock = signal(now());
  /** The key of the fact that is chosen: its position moves when facts come or go before it. */
  const chosen = signal<string | null>(null);
  const times = createTimes(now);
  let readAt = 0;
  /** Whether the person may read what desks were told. */
  let mayReadDesks = false;

  async function told({ id, links }: Session): Promise<ToldFact[]> {
    const desks = mayReadDesks ? [...new Set(links.map(({ desk }) => desk))] : [];
    const facts = desks.map(async (desk) => {
      const { deliveries } = await api.latestDeskDeliveries(desk).catch(() => ({ deliveries: [] }));
      return deliveries
        .filter(({ session }) => session === id)
        .map((delivery): ToldFact => ({ at: delivery.updatedAt, type: "told", desk, delivery }));
    });
    return (await Promise.all(facts)).flat();
  }

  const refresh = coalesce<string>(
    async (id) => {
      const [found, facts] = await Promise.all([api.session(id), api.trace(id)]);
      const toldFacts = found && facts ? await told(found) : [];
      if (asked.peek() !== id) return;
      readAt = now();
      batch(() => {
        clock.value = readAt;
        session.value = found;
        trace.value = facts && { ...facts, facts: [...facts.facts, ...toldFacts] };
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

  store.listen((ids) => {
    const id = asked.peek();
    if (id !== null && ids.some((each) => each === id || each === session.peek()?.id)) refresh(id);
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

    open(id: string, mayRead: { desks: boolean }): void {
      mayReadDesks = mayRead.desks;
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
      const found = session.peek();
      if (id === null || !found || document.hidden) return;
      const { nextDeadlineAt, pages } = found;
      const isTelling = trace.peek()?.facts.some((fact) => {
        return fact.type === "told" && fact.delivery.nextAttemptAt !== null;
      });
      if (nextDeadlineAt === null && pages.length === 0 && !isTelling) return;
      const at = now();
      clock.value = at;
      const isDue = nextDeadlineAt !== null && Date.parse(nextDeadlineAt) < at;
      if (at - readAt > (isDue ? PAUSE_MS * 10 : READ_AGAIN_MS)) refresh(id);
    },
  };
}
