import type { Transition } from "../model/transition.ts";
import { type Api, WrongKey } from "./api.ts";
import { now } from "./clock.ts";
import type { Roster } from "./roster.ts";

/** The trial run changes nothing at the desk, so nobody needs to see it sooner. */
const EVERY_MS = 5_000;

/** The list was read within less than this: what happened before is in it. */
const LOADED_WITHIN_MS = 60_000;

/** The largest page that the collector answers. */
const PAGE = 500;

/** From here everything that happened is read. */
const BEGINNING = "0";

export interface ShadowListener {
  /** What presence would have done since it was last looked, oldest first. */
  onShadow(transitions: Transition[]): void;
  /** Something may have been missed: the list is to be read anew. */
  onGap(): void;
  onRefused(): void;
}

/**
 * Follows the trial run, of which the stream says nothing: asks now and then for what was added to
 * its log, and not while nobody looks.
 */
export function watchShadow(api: Pick<Api, "history" | "log">, roster: Roster, to: ShadowListener) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Each start and stop makes what an earlier one still awaits void. */
  let run = 0;
  let isOn = false;
  let after: string | null = null;

  async function poll(mine: number): Promise<void> {
    try {
      if (!document.hidden) await readNews(mine);
    } catch (error) {
      if (mine === run && error instanceof WrongKey) return to.onRefused();
      // Anything else: what is missed now comes with the next answer.
    }
    if (mine === run) timer = setTimeout(poll, EVERY_MS, mine);
  }

  async function readNews(mine: number): Promise<void> {
    let from = after ?? (await findStart(api, roster));
    const news: Transition[] = [];
    for (;;) {
      const page = await api.log("shadow", from, PAGE);
      if (mine !== run) return;
      if (!page) {
        after = null;
        return to.onGap();
      }
      from = page.cursor ?? from;
      news.push(...page.transitions);
      if (page.transitions.length < PAGE) break;
    }
    after = from;
    if (news.length > 0) to.onShadow(news);
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
    /** Follows or not. To be called once the list is there. */
    follow(wanted: boolean): void {
      if (wanted === isOn) return;
      isOn = wanted;
      after = null;
      restart();
    },
  };
}

/**
 * A transition from shortly before the list was read: both tracks are in one order, and to read the
 * whole log only to find its end would be a lot to ask.
 */
async function findStart(api: Pick<Api, "history">, roster: Roster): Promise<string> {
  const latest = now() - LOADED_WITHIN_MS;
  let start: { id: string; seq: number; at: number } | null = null;
  for (const { id, seq, stateChangedAt, presenceChangedAt } of roster.all()) {
    const at = Math.max(Date.parse(stateChangedAt), Date.parse(presenceChangedAt));
    if (seq > 0 && at < latest && at > (start?.at ?? 0)) start = { id, seq, at };
  }
  if (!start) return BEGINNING;
  const { transitions } = await api.history(start.id, start.seq - 1, 1);
  return transitions[0]?.id ?? BEGINNING;
}

/** The newest entries of what presence would have done to a session; their numbers begin at 1. */
export async function shadowHistory(
  api: Pick<Api, "history">,
  id: string,
  limit: number,
): Promise<Transition[]> {
  let newest: Transition[] = [];
  for (let after = 0; ; ) {
    const { transitions } = await api.history(id, after, PAGE, "shadow");
    newest = [...newest, ...transitions].slice(-limit);
    if (transitions.length < PAGE) return newest;
    after = transitions.at(-1)?.seq ?? after;
  }
}
