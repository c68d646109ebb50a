import type { Transition } from "../model/transition.ts";
import type { Api } from "./api.ts";
import { now } from "./clock.ts";
import { SignInEnded } from "./problem.ts";
import type { SessionStore } from "./session-store.ts";

/** Often enough that a row does not lag behind the verdict by more than can be noticed. */
const POLL_EVERY_MS = 2_000;

/** The longest time that loading the list may take; older transitions are in the list. */
const MAX_LOAD_MS = 60_000;

/** The collector's maximum page size. */
const PAGE_SIZE = 500;

/** The cursor before the first entry of the log. */
const BEGINNING = "0";

export interface ShadowListener {
  /** The shadow transitions since the last poll, oldest first. */
  onShadow(transitions: Transition[]): void;
  /** Transitions may have been missed: the list must be read again. */
  onGap(): void;
  onRefused(): void;
}

/**
 * Follows the trial run by polling its log, since the stream does not contain it. Polling pauses
 * while the page is hidden.
 */
export function watchShadow(
  api: Pick<Api, "history" | "log">,
  store: SessionStore,
  to: ShadowListener,
) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Changes with each start and stop, so that pending work of an earlier run is discarded. */
  let run = 0;
  let isOn = false;
  let after: string | null = null;

  async function poll(ownRun: number): Promise<void> {
    try {
      if (!document.hidden) await readAdded(ownRun);
    } catch (error) {
      if (ownRun === run && error instanceof SignInEnded) return to.onRefused();
      // After any other error the next poll reads what was missed.
    }
    if (ownRun === run) timer = setTimeout(poll, POLL_EVERY_MS, ownRun);
  }

  async function readAdded(ownRun: number): Promise<void> {
    let from = after ?? (await findStart(api, store));
    const added: Transition[] = [];
    for (;;) {
      const page = await api.log("shadow", from, PAGE_SIZE);
      if (ownRun !== run) return;
      if (!page) {
        after = null;
        return to.onGap();
      }
      from = page.cursor ?? from;
      added.push(...page.transitions);
      if (page.transitions.length < PAGE_SIZE) break;
    }
    after = from;
    if (added.length > 0) to.onShadow(added);
  }

  function restart(): void {
    clearTimeout(timer);
    run += 1;
    if (isOn) poll(run);
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) restart();
  });

  return {
    /** Starts or stops polling. Call it once the list is loaded. */
    follow(wanted: boolean): void {
      if (wanted === isOn) return;
      isOn = wanted;
      after = null;
      restart();
    },
  };
}

/**
 * The id of a transition from shortly before the list was read. Both tracks share one order, so the
 * shadow log can be read from there instead of from its beginning.
 */
async function findStart(api: Pick<Api, "history">, store: SessionStore): Promise<string> {
  const latest = now() - MAX_LOAD_MS;
  let start: { id: string; seq: number; at: number } | null = null;
  for (const { id, seq, stateChangedAt, presenceChangedAt } of store.all()) {
    const at = Math.max(Date.parse(stateChangedAt), Date.parse(presenceChangedAt));
    if (seq > 0 && at < latest && at > (start?.at ?? 0)) start = { id, seq, at };
  }
  if (!start) return BEGINNING;
  const { transitions } = await api.history(start.id, start.seq - 1, 1);
  return transitions[0]?.id ?? BEGINNING;
}

/** The newest shadow transitions of a session; they have their own numbers, starting at 1. */
export async function shadowHistory(
  api: Pick<Api, "history">,
  id: string,
  limit: number,
): Promise<Transition[]> {
  let newest: Transition[] = [];
  for (let after = 0; ; ) {
    const { transitions } = await api.history(id, after, PAGE_SIZE, "shadow");
    newest = [...newest, ...transitions].slice(-limit);
    if (transitions.length < PAGE_SIZE) return newest;
    after = transitions.at(-1)?.seq ?? after;
  }
}
