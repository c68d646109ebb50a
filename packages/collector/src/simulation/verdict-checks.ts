/**
 * Compares verdicts on presence with what is true of the visitors (invariants T1 and C21, rules 1 to 6).
 * @module
 */
import type { SessionKey } from "../stores/store.ts";
import type { Account } from "./account.ts";
import type { CommitChecks } from "./commit-checks.ts";
import type { SimulatedProcess } from "./process.ts";
import { latestEnd } from "./truth.ts";
import type { Visitor } from "./visitor.ts";
import type { World } from "./world.ts";

/** Two collectors may be a second apart before one of them adjusts its clock. */
const EARLY_MS = 1_200;
/** Sweep, calls of the store, a step that is noticed with the next heartbeat, a keeper that is replaced. */
const LATE_MS = 5_000;
/** A clock is slewed by a twentieth at the most. */
const SLEWED = 0.06;
/**
 * Rule 6: a gap in the watermark that must count as an outage, and one that may. A suspension in the middle
 * of a heartbeat makes two gaps of one.
 */
const SURELY_OUTAGE_MS = 10_500;
const MAYBE_OUTAGE_MS = 3_500;
const WORKED_ON_MS = 2_500;
/** The watermark moves every second: with a longer gap, verdicts may come later. */
const DELAY_MS = 2_000;

export class VerdictChecks {
  readonly #world: World;
  readonly #checks: CommitChecks;
  readonly #accounts: readonly Account[];
  readonly #watched = new Set<Visitor>();
  #markedAt: number | null = null;

  constructor(world: World, checks: CommitChecks, accounts: readonly Account[]) {
    this.#world = world;
    this.#checks = checks;
    this.#accounts = accounts;
  }

  /** Something of the visitor reached a collector. */
  watch(visitor: Visitor): void {
    this.#watched.add(visitor.survivor);
  }

  /** A collector moved the liveness watermark to the time at which it called the store. */
  heartbeat(issuedAt: number): void {
    const from = this.#markedAt;
    this.#markedAt = Math.max(issuedAt, from ?? issuedAt);
    if (from === null || issuedAt <= from) return;
    const gapMs = issuedAt - from;
    if (gapMs > DELAY_MS) {
      this.#world.disturbances.push({
        from,
        to: this.#world.now,
        isOutage: gapMs > MAYBE_OUTAGE_MS,
      });
    }
    if (gapMs <= SURELY_OUTAGE_MS) return;
    this.#world.note(`nothing was heard for ${gapMs} ms`);
    for (const { visitors } of this.#accounts) {
      // Until it stopped, a collector went on after its last mark.
      for (const { truth } of visitors.values()) truth.excuse(from + WORKED_ON_MS, issuedAt);
    }
  }

  calledGone({ account: name, id }: SessionKey, by: SimulatedProcess): void {
    const account = this.#accounts.find((each) => each.name === name);
    const visitor = account?.visitors.get(id);
    if (!account || !visitor || visitor.isErased) return;
    const { now } = this.#world;
    const { fromAt, endsAt } = visitor.truth.notBefore(now);
    if (account.silence.holds(visitor)) this.#checkUnheard(account, id, endsAt, now);
    visitor.truth.calledGone(now);
    const slackMs = endsAt === Number.NEGATIVE_INFINITY ? 0 : EARLY_MS + SLEWED * (endsAt - fromAt);
    this.#world.check("T1", now >= endsAt - slackMs, () => {
      return `${by.name} called ${name} ${id} gone at ${now}, who was heard at ${fromAt} and is there until ${endsAt}`;
    });
  }

  /** Rule 6: while an account is unheard, no buffer passes that had not passed before. */
  #checkUnheard(account: Account, id: string, endsAt: number, now: number): void {
    if (!account.isModeSettled) return;
    const since = account.silence.surelySince(now);
    const mayPass = since === null || endsAt < since + EARLY_MS;
    this.#world.check("C21", mayPass, () => {
      return `${account.name} ${id} was called gone at ${now}, but the account is unheard since ${since}`;
    });
  }

  /** Everybody who left is called gone. */
  checkAll(): void {
    const { now } = this.#world;
    if (this.#markedAt === null || now - this.#markedAt > DELAY_MS) return;
    for (const visitor of this.#watched) {
      const account = this.#accounts.find(({ name }) => name === visitor.account);
      if (account && !account.silence.isHeld) this.#checkGone(account, visitor, now);
    }
  }

  #checkGone(account: Account, visitor: Visitor, now: number): void {
    const { truth, account: name, session } = visitor;
    const lives = truth.notAfter();
    if (lives === null) return;
    const stored = this.#checks.get({ account: name, id: session });
    // Its timers stand still, or its pages are another's (rule 26).
    if (stored?.session.merge) return;
    if (visitor.isErased || stored?.presence !== "online") {
      if (!visitor.isThere) this.#watched.delete(visitor);
      return;
    }
    if (!account.isModeSettled) return;
    const disturbances = [...this.#world.disturbances, ...account.disturbances];
    disturbances.sort((a, b) => a.from - b.from);
    let [dueAt, lengthMs] = [Number.NEGATIVE_INFINITY, 0];
    for (const life of lives) {
      const endsAt = latestEnd(life, disturbances, LATE_MS);
      if (endsAt > dueAt) [dueAt, lengthMs] = [endsAt, life.leaseMs + life.bufferMs];
    }
    if (dueAt === Number.NEGATIVE_INFINITY) return;
    const latest = dueAt + LATE_MS + SLEWED * lengthMs;
    this.#world.check("T1", now <= latest, () => {
      return `${name} ${session} left, and is not called gone at ${now}, but had to be by ${latest}`;
    });
  }
}
