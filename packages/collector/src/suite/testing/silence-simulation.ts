/**
 * Visitors of one account at a collector on a virtual clock, and the way between them, which can be cut. Their
 * pages beat as they are told, and try again while the way is cut. What was true of them is compared with
 * the collector's verdicts.
 * @module
 */
import type { Input } from "../../core/input.ts";
import type { Session } from "../../core/session.ts";
import type { Overrides } from "../../core/settings-schema.ts";
import type { Trigger } from "../../core/trigger.ts";
import { Clock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { sweep } from "../../engine/sweep.ts";
import type { ScanPart, Store, Stored } from "../../stores/store.ts";
import { Beats } from "../beats.ts";

export const START = 1_700_000_000_000;
export const TICK_MS = 200;
const RETRY_MS = 1_000;
const BEAT_MS = { waiting: 10_000, assigned: 20_000, idle: 60_000, hidden: 45_000 };
export const HIDDEN_LEASE_MS = 150_000;
export const BUFFER_MS = 15_000;
const FROZEN_LEASE_MS = 900_000;

/** What a page does: beats while its visitor waits, has an agent, or has not written; or is not seen. */
export type PageKind = keyof typeof BEAT_MS | "frozen";

/** How a visitor goes: each page sends a leave, or is heard no more. */
export interface Departure {
  readonly at: number;
  readonly isSilent: boolean;
}

export interface VisitorPlan {
  readonly id: string;
  readonly pages: readonly { readonly kind: PageKind; readonly firstAt: number }[];
  /** Missing: the visitor stays. */
  readonly departure?: Departure;
}

interface Page {
  readonly id: string;
  readonly kind: PageKind;
  nextAt: number;
  seq: number;
}

export interface Visitor {
  readonly plan: VisitorPlan;
  readonly pages: readonly Page[];
  hasLeft: boolean;
  /** When signals of each page were accepted; its leave is none. */
  readonly heard: ReadonlyMap<string, number[]>;
  /** When its leave was accepted; `null`: none was. */
  leftAt: number | null;
}

/** A verdict `offline`; instants are milliseconds since the start. */
export interface Verdict {
  readonly visitor: string;
  readonly at: number;
}

export interface Cut {
  readonly from: number;
  readonly to: number;
  /** Whether the visitor's signals are lost; missing: those of all. */
  readonly isCut?: (visitor: string) => boolean;
}

export interface Outcome {
  readonly verdicts: readonly Verdict[];
  readonly visitors: ReadonlyMap<string, Visitor>;
  /** Periods in which the account was unheard, as the broadcasts state them. */
  readonly unheard: readonly { readonly from: number; readonly to: number }[];
  readonly online: ReadonlySet<string>;
  readonly active: ReadonlySet<string>;
  readonly solved: ReadonlySet<string>;
  readonly hits: number;
}

export function leaseMsOf(kind: PageKind): number {
  if (kind === "frozen") return FROZEN_LEASE_MS;
  return kind === "hidden" ? HIDDEN_LEASE_MS : 1.5 * BEAT_MS[kind];
}

/** From a page's last signal until its session misses; `null`: it may be silent by right. */
export function missMsOf(kind: PageKind): number | null {
  return kind === "frozen" || kind === "hidden" ? null : 1.2 * BEAT_MS[kind];
}

/** Several accounts at one collector. */
export class SilenceSimulation {
  readonly store: Store;
  readonly engine: Engine;
  readonly #beats: Beats;
  readonly #accounts = new Map<string, { visitors: Map<string, Visitor>; cuts: readonly Cut[] }>();
  #now = 0;

  constructor(store: Store) {
    this.store = store;
    this.engine = new Engine(store, new Clock(() => START + this.#now));
    this.#beats = new Beats(this.engine);
  }

  async addAccount(
    account: string,
    plans: readonly VisitorPlan[],
    cuts: readonly Cut[],
    triggers: readonly Trigger[] = [],
  ): Promise<void> {
    await this.engine.heartbeat();
    const overrides: Overrides = {
      "presence.mode": "on",
      "presence.bufferSeconds": BUFFER_MS / 1_000,
      // Verdicts by silence are not what this is about.
      "inactivity.seconds": 86_400,
    };
    await this.engine.changeSettings(account, { overrides, triggers });
    const visitors = new Map<string, Visitor>();
    for (const plan of plans) {
      const pages = plan.pages.map(({ kind, firstAt }, index) => ({
        id: `p${index}`,
        kind,
        nextAt: firstAt,
        seq: 0,
      }));
      const heard = new Map(pages.map(({ id }) => [id, [] as number[]]));
      visitors.set(plan.id, { plan, pages, hasLeft: false, leftAt: null, heard });
      const key = { account, id: plan.id };
      const create = { channel: "web_widget" };
      await this.engine.submit({ key, inputs: inputsOf(plan), create });
    }
    this.#accounts.set(account, { visitors, cuts });
  }

  async run(until: number): Promise<void> {
    while (this.#now < until) {
      this.#now += TICK_MS;
      const sent: Promise<unknown>[] = [];
      for (const [account, { visitors, cuts }] of this.#accounts) {
        for (const visitor of visitors.values()) this.#act(account, visitor, cuts, sent);
      }
      await Promise.all(sent);
      const accounts = () => [...this.#accounts.keys()];
      await sweep({ engine: this.engine, accounts, onError: () => {} });
    }
  }

  #act(account: string, visitor: Visitor, cuts: readonly Cut[], sent: Promise<unknown>[]): void {
    const now = this.#now;
    const { plan } = visitor;
    if (visitor.hasLeft) return;
    const isCut = cuts.some(
      (cut) => now >= cut.from && now < cut.to && (cut.isCut?.(plan.id) ?? true),
    );
    if (plan.departure && plan.departure.at <= now) {
      visitor.hasLeft = true;
      if (isCut || plan.departure.isSilent) return;
      for (const { id } of visitor.pages) {
        visitor.leftAt = now;
        const leave: Input = { type: "leave", page: id, gen: 0, to: null };
        sent.push(this.engine.submit({ key: { account, id: plan.id }, inputs: [leave] }));
      }
      return;
    }
    for (const page of visitor.pages) {
      if (page.nextAt > now) continue;
      if (isCut) {
        page.nextAt = now + RETRY_MS;
        continue;
      }
      page.seq += 1;
      page.nextAt = page.kind === "frozen" ? Number.POSITIVE_INFINITY : now + BEAT_MS[page.kind];
      visitor.heard.get(page.id)?.push(now);
      sent.push(this.#beats.submit({ key: { account, id: plan.id }, inputs: [signalOf(page)] }));
    }
  }

  /** All that was decided of an account so far. */
  async outcomeOf(account: string): Promise<Outcome> {
    const verdicts: Verdict[] = [];
    for (let cursor = 0; ; ) {
      const entries = await this.store.log(account, cursor, 1_000);
      for (const { session, transition } of entries) {
        const { from, to, at } = transition;
        if (from.presence !== to.presence && to.presence === "offline") {
          verdicts.push({ visitor: session, at: at - START });
        }
      }
      const last = entries.at(-1);
      if (!last) break;
      cursor = last.cursor;
    }
    const listed: Stored[] = [];
    for (let after: string | null = null, isMore = true; isMore; isMore = after !== null) {
      const { sessions, next }: ScanPart = await this.store.scan(account, after, 1_000);
      listed.push(...sessions);
      after = next;
    }
    const idsWhere = (isListed: (session: Session) => boolean) =>
      new Set(listed.filter(({ session }) => isListed(session)).map(({ session }) => session.id));
    return {
      verdicts,
      visitors: this.#accounts.get(account)?.visitors ?? new Map(),
      unheard: await this.#unheardOf(account),
      online: idsWhere(({ presence }) => presence === "online"),
      active: idsWhere(({ causes, begunAt }) => begunAt !== null && causes.length === 0),
      solved: idsWhere(({ ticket }) => ticket.status === "solved"),
      hits: this.#beats.hits,
    };
  }

  async #unheardOf(account: string): Promise<{ from: number; to: number }[]> {
    const periods: { from: number; to: number }[] = [];
    for (const broadcast of await this.store.broadcasts(0)) {
      if (broadcast.account !== account) continue;
      const last = periods.at(-1);
      const at = broadcast.at - START;
      if (broadcast.type === "unheard") periods.push({ from: at, to: at + 600_000 });
      else if (broadcast.type === "heard" && last) last.to = Math.min(last.to, at);
    }
    return periods;
  }
}

function inputsOf({ pages }: VisitorPlan): readonly Input[] {
  const message: Input = { type: "end_user_message", sentAt: null };
  const kinds = pages.map(({ kind }) => kind);
  if (kinds.includes("assigned")) return [message, { type: "assigned", agent: "ann" }];
  return kinds.includes("idle") ? [] : [message];
}

function signalOf({ id, kind, seq }: Page): Input {
  const page = { page: id, gen: 0, seq, armed: true };
  if (kind === "frozen") return { type: "signal", signal: "freeze", visible: false, ...page };
  return { type: "signal", signal: "beat", visible: kind !== "hidden", ...page };
}
