/**
 * What a change of settings or triggers would have meant for the conversations that were there, as far as
 * their history tells.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Track } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import {
  BUFFER_FOLLOWERS,
  type Overrides,
  type SettingName,
  settingOf,
} from "../core/settings-schema.ts";
import type { Transition } from "../core/transition.ts";
import type { Trigger } from "../core/trigger.ts";
import { firesOn } from "../core/trigger-history.ts";
import { SplitMap } from "../stores/split-map.ts";
import type { Store } from "../stores/store.ts";
import { entries } from "./insights.ts";
import { LatestSessions } from "./latest-sessions.ts";

/** What a setting that delays a verdict would have done to those that were made. */
export interface DelayEffect {
  /** Verdicts in the period. */
  readonly verdicts: number;
  /** How many of them would not have been made, since the visitor was back before. */
  readonly avoided: number;
  /** By how much the others would have been later; negative: earlier. */
  readonly shiftMs: number;
}

interface Delay {
  /** Whether the setting, as it was, delayed this verdict. */
  isVerdict(transition: Transition, overrides: Overrides): boolean;
  isReturn(transition: Transition): boolean;
}

/** Which buffer ran is not recorded. It is told by its length, which may be off by this much. */
const LENGTH_TOLERANCE_MS = 500;

const BUFFERS = ["presence.bufferSeconds", ...BUFFER_FOLLOWERS] as const;

/** Verdicts that came one buffer after the last page had left. */
function bufferDelay(name: (typeof BUFFERS)[number]): Delay {
  return {
    isVerdict({ from, to, at, heardAt }, overrides) {
      if (from.presence !== "online" || to.presence !== "offline" || heardAt === null) return false;
      const waitedMs = at - heardAt;
      const lengthMs = (each: SettingName) => Number(settingOf(overrides, each)) * 1_000;
      if (Math.abs(waitedMs - lengthMs(name)) <= LENGTH_TOLERANCE_MS) return true;
      // A page that fell silent was believed for its lease before the buffer began.
      const longestMs = Math.max(...BUFFERS.map(lengthMs));
      return name === "presence.bufferSeconds" && waitedMs > longestMs + LENGTH_TOLERANCE_MS;
    },
    isReturn: ({ from, to }) => from.presence === "offline" && to.presence === "online",
  };
}

/** Settings whose effect can be computed, with the verdicts that they delay. */
const DELAYS: Partial<Record<SettingName, Delay>> = {
  ...Object.fromEntries(BUFFERS.map((name) => [name, bufferDelay(name)])),
  "inactivity.seconds": {
    isVerdict: ({ from, to }) => from.state === "active" && to.reason === "user_inactive",
    isReturn: ({ from, to }) => from.state === "inactive" && to.state === "active",
  },
};

export interface Period {
  readonly track: Track;
  readonly from: number;
  readonly to: number;
}

/** `null`: the effect of this setting cannot be computed from the history. */
export async function delayEffect(
  store: Store,
  account: string,
  setting: string,
  overrides: { readonly from: Overrides; readonly to: Overrides },
  period: Period,
): Promise<DelayEffect | null> {
  const name = setting as SettingName;
  const delay = DELAYS[name];
  if (!delay) return null;
  const seconds = (each: Overrides) => Number(settingOf(each, name));
  const shiftMs = (seconds(overrides.to) - seconds(overrides.from)) * 1_000;
  const verdictAt = new SplitMap<string, number>();
  let [verdicts, avoided] = [0, 0];
  for await (const entry of entries(store, account, period.track, period.from)) {
    const { session, transition } = entry;
    if (transition.at < period.from || transition.at > period.to) continue;
    if (delay.isVerdict(transition, overrides.from)) {
      verdicts += 1;
      verdictAt.set(session, transition.at);
    } else if (delay.isReturn(transition)) {
      const at = verdictAt.get(session);
      if (at !== undefined && transition.at - at <= shiftMs) avoided += 1;
      verdictAt.delete(session);
    }
  }
  return { verdicts, avoided, shiftMs };
}

const READ_LIMIT = 100;
/** The latest transitions of a conversation that are looked at. */
const MAX_TRANSITIONS = 500;

export interface TriggerPreview {
  /** How many conversations were examined. */
  readonly examined: number;
  /** For each of the triggers, in their order, the sessions for which it would have fired. */
  readonly sessions: readonly (readonly string[])[];
}

/** For which of the conversations that changed last each trigger would have fired. */
export async function previewTriggers(
  store: Store,
  account: string,
  triggers: readonly Trigger[],
  limit: number,
  now: number,
): Promise<TriggerPreview> {
  const budget = new TurnBudget();
  const ids = await latestConversations(store, account, limit, now);
  const found = triggers.map((): string[] => []);
  let examined = 0;
  for (const id of ids) {
    const [loaded] = await store.load([{ key: { account, id }, eventIds: [] }]);
    const session = loaded?.stored?.session;
    if (!session) continue;
    examined += 1;
    const history = await historyOf(store, account, session);
    for (const [index, trigger] of triggers.entries()) {
      if (firesOn(trigger, session, history)) found[index]?.push(id);
      await budget.step();
    }
  }
  return { examined, sessions: found };
}

const HOUR_MS = 3_600_000;
/** Where many conversations change, the last of them are found in a short part of the log. */
const PERIODS_MS = [HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS];

/** Ids of the conversations that changed last, the latest first. */
async function latestConversations(
  store: Store,
  account: string,
  limit: number,
  now: number,
): Promise<readonly string[]> {
  let ids: readonly string[] = [];
  for (const periodMs of PERIODS_MS) {
    const latest = new LatestSessions(limit);
    for await (const { session, transition } of entries(store, account, "live", now - periodMs)) {
      latest.add(session, transition.at);
    }
    ids = latest.ids;
    if (ids.length === limit) break;
  }
  return ids;
}

async function historyOf(store: Store, account: string, { id, seq }: Session) {
  const history: Transition[] = [];
  const budget = new TurnBudget();
  for (let afterSeq = Math.max(0, seq - MAX_TRANSITIONS); ; ) {
    const page = await store.history({ account, id }, afterSeq, READ_LIMIT);
    history.push(...page.map(({ transition }) => transition));
    if (page.length < READ_LIMIT) return history;
    afterSeq = history.at(-1)?.seq ?? afterSeq;
    await budget.step();
  }
}
