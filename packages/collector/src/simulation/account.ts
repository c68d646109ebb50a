/**
 * One account: its visitors, and its desk, which reports events, changes settings and erases sessions. The
 * desk sends each event until it is acknowledged, now and then twice, and out of order.
 * @module
 */
import type { BindingMode } from "../core/lists.ts";
import { TICKET_STATUSES } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { nested } from "../core/settings-resolve.ts";
import type { FreshKeys } from "../engine/keys.ts";
import type { SessionKey } from "../stores/store.ts";
import type { Collector, Reply } from "./collector.ts";
import type { StoredSession } from "./commit-checks.ts";
import type { Limits } from "./limits.ts";
import type { Client, Network } from "./network.ts";
import type { Parts } from "./parts.ts";
import { type AccountPlan, otherSettings, shortTimes } from "./plan.ts";
import { START } from "./process.ts";
import { Silence, type SilentAccount } from "./silence.ts";
import { Times } from "./times.ts";
import { createToken } from "./token.ts";
import { TransitionLog } from "./transition-log.ts";
import type { Arrived, Disturbance } from "./truth.ts";
import { type Site, Visitor } from "./visitor.ts";
import type { World } from "./world.ts";

/** How long a change of settings may take to reach all collectors, and what they are about to commit. */
const SETTLED_AFTER_MS = 20_000;
const AGENTS = ["agent_1", "agent_2"] as const;

export class Account implements Site, SilentAccount {
  readonly parts: Parts;
  readonly world: World;
  readonly name: string;
  readonly keys: FreshKeys;
  readonly plan: AccountPlan;
  readonly times = new Times();
  readonly log = new TransitionLog();
  readonly silence = new Silence(this);
  /** Times in which the account may have been unheard. */
  readonly disturbances: Disturbance[] = [];
  readonly visitors = new Map<string, Visitor>();
  mode: string;
  modeChangedAt = Number.NEGATIVE_INFINITY;
  readonly #binding: BindingMode;
  readonly #desk: Client;
  #count = 0;
  #events = 0;

  constructor(parts: Parts, plan: AccountPlan, keys: FreshKeys) {
    this.parts = parts;
    this.world = parts.world;
    this.plan = plan;
    this.name = plan.name;
    this.keys = keys;
    this.mode = String(plan.overrides["presence.mode"]);
    this.#binding = plan.binding;
    // Desks and collectors are on servers, which no cut of pages concerns.
    this.#desk = { account: `desk of ${plan.name}`, share: 1 };
  }

  get network(): Network {
    return this.parts.network;
  }

  get limits(): Limits {
    return this.parts.limits;
  }

  get publishableKey(): string {
    return this.keys.publishableKey;
  }

  /** Whether a token's expiry may be compared with a clock that is wrong. */
  get #hasWrongClocks(): boolean {
    const { faults } = this.world.plan;
    return faults.has("wall_step") || faults.has("server_step");
  }

  arrives(visitor: Visitor): void {
    this.parts.verdicts.watch(visitor);
  }

  heard(at: number, isSure: boolean): void {
    this.silence.heard(at, isSure);
  }

  keyOf({ session: id }: Visitor): SessionKey {
    return { account: this.name, id };
  }

  /** The visitor's session shows them as online, and has not ended. */
  isOnline(visitor: Visitor): boolean {
    const stored = this.parts.checks.get(this.keyOf(visitor));
    return stored?.presence === "online" && stored.session.ended === null;
  }

  start(): void {
    for (let index = 0; index < this.plan.visitors; index += 1) {
      this.world.after(this.world.random.around(5_000), () => this.#welcome());
    }
    this.#nextDeskEvent();
  }

  #welcome(): void {
    if (this.world.isQuiet) return;
    this.#count += 1;
    const { random } = this.world;
    const secret = Array.from({ length: 26 }, () => random.int(0, 35).toString(36)).join("");
    const visitor = new Visitor(this, `s${this.#count}`, secret);
    this.visitors.set(visitor.session, visitor);
    if (this.#binding === "capability" || random.chance(0.3)) this.message(visitor);
    visitor.arrive();
    this.world.after(random.around(5 * this.world.plan.patienceMs), () => {
      if (random.chance(0.7)) visitor.go();
      this.#welcome();
    });
  }

  tokenFor(visitor: Visitor): string | undefined {
    if (this.#binding === "open") return undefined;
    if (this.#binding === "capability") return visitor.secret;
    const expiresAt = START + this.world.now + this.plan.tokenMs;
    return createToken(this.name, visitor.session, expiresAt, this.keys.tokenSecret);
  }

  /** The visitor writes; the desk reports it, perhaps late. */
  message(visitor: Visitor): void {
    const sentAt = new Date(START + this.world.now).toISOString();
    const binding = this.#binding === "capability" ? { binding: visitor.secret } : {};
    const delayMs = this.world.random.chance(0.1) ? this.world.random.around(15_000) : 0;
    this.world.after(delayMs, () => {
      this.#report(visitor, { type: "end_user_message", sentAt, ...binding });
    });
  }

  #nextDeskEvent(): void {
    const { random } = this.world;
    this.world.after(random.around(20_000 / this.plan.visitors), () => {
      if (this.world.isQuiet) return;
      this.#nextDeskEvent();
      const present = [...this.visitors.values()].slice(-2 * this.plan.visitors);
      if (present.length === 0) return;
      this.#report(random.pick(present), this.#deskEvent());
    });
  }

  #deskEvent(): Record<string, unknown> {
    const { random } = this.world;
    const what = random.next();
    if (what < 0.3) return { type: "assigned", agent: random.pick(AGENTS) };
    if (what < 0.5) return { type: "agent_message" };
    if (what < 0.6) return { type: "unassigned" };
    if (what < 0.62) return { type: "session_ended", by: random.pick(["agent", "end_user"]) };
    if (what < 0.7) return { type: "end_user_message" };
    if (what < 0.72) return { type: "activity" };
    const status = random.pick(TICKET_STATUSES.filter((each) => each !== "closed"));
    return { type: "ticket_updated", status };
  }

  #report(visitor: Visitor, event: Record<string, unknown>): void {
    if (visitor.isErased) return;
    this.#events += 1;
    const id = `e${this.#events}`;
    const path = `/v1/sessions/${visitor.session}/events`;
    visitor.deskRequests += 1;
    this.#request("POST", path, { ...event, id }, (status) => {
      visitor.deskRequests -= 1;
      if (status !== 200) return;
      const isKnown = this.#storedOf(visitor).some(({ eventIds }) => eventIds.has(id));
      const isStored = visitor.isErased || visitor.survivor.isErased || isKnown;
      this.world.check(
        "E1",
        isStored,
        () => `${this.name} ${id} was acknowledged and is not stored`,
      );
    });
  }

  /** Sends until there is an answer that is not the store's or the network's failure. */
  #request(method: string, path: string, body: unknown, onEnd: (status: number) => void): void {
    const { network } = this.parts;
    const { random } = this.world;
    let isOver = false;
    const attempt = () => {
      let isAnswered = false;
      const onReply = ({ nextMs: status = 0 }: Reply) => {
        if (isAnswered) return;
        isAnswered = true;
        if (status === 0 || status >= 500) this.world.after(random.around(1_000), attempt);
        else if (!isOver) {
          isOver = true;
          onEnd(status);
        }
      };
      network.send(this.#desk, this.#visit(method, path, body), onReply);
      this.world.after(10_000, () => onReply({ code: "network" }));
    };
    attempt();
  }

  #visit(method: string, path: string, body: unknown) {
    return (collector: Collector, onEnd: (reply: Reply) => void) => {
      collector.handle(
        async ({ app }) => {
          const response = await app.request(path, {
            method,
            headers: {
              Authorization: `Bearer ${this.keys.secretKey}`,
              "Content-Type": "application/json",
            },
            ...(body !== undefined && { body: JSON.stringify(body) }),
          });
          return response.status;
        },
        (status) => {
          this.world.note(`${this.name} ${method} ${path} at ${collector.name}: ${status}`);
          onEnd(status === null ? { code: "network" } : { nextMs: status });
        },
      );
    };
  }

  changeSettings(): void {
    const { random } = this.world;
    const patch = {
      ...otherSettings(random),
      ...(this.plan.hasChangingTimes && random.chance(0.5) ? shortTimes(random) : {}),
    };
    this.world.fault("settings_change", this.name);
    this.#request("PATCH", "/v1/settings", nested(patch), () => {});
  }

  changeMode(): void {
    const mode = this.world.random.pick(["on", "on", "off", "shadow"]);
    this.world.fault("mode_change", `${this.name} ${mode}`);
    this.#request("PATCH", "/v1/settings", { presence: { mode } }, () => {});
  }

  /** What the store has from now on. While presence is switched, pages may count or not. */
  settingsAre(settings: Settings): void {
    this.times.add(settings);
    for (const { truth } of this.visitors.values()) truth.timesChanged();
    const { mode } = settings.presence;
    if (mode === this.mode) return;
    this.mode = mode;
    this.modeChangedAt = this.world.now;
    for (const { truth } of this.visitors.values()) {
      truth.forgetUntil(this.world.now + SETTLED_AFTER_MS);
    }
  }

  get isModeSettled(): boolean {
    return this.mode === "on" && this.world.now > this.modeChangedAt + SETTLED_AFTER_MS;
  }

  eraseOne(): void {
    const visitors = [...this.visitors.values()].filter(
      (each) => !each.isErased && each.deskRequests === 0,
    );
    if (visitors.length === 0) return;
    const visitor = this.world.random.pick(visitors);
    visitor.isErased = true;
    this.world.fault("erase", `${this.name} ${visitor.session}`);
    this.#request("DELETE", `/v1/sessions/${visitor.session}`, undefined, () => {});
  }

  /** Two visitors turn out to be one, and the older session goes on as the other. */
  mergeTwo(): void {
    const { random } = this.world;
    const visitors = [...this.visitors.values()].slice(-2 * this.plan.visitors);
    const isFree = (each: Visitor) => !each.isErased && !each.mergedInto && !each.truth.isJoined;
    const free = visitors.filter(isFree);
    const [old, into] = [random.pick(free), random.pick(visitors)];
    if (!old || !into || old === into || into.isErased) return;
    this.world.fault("merge", `${this.name} ${old.session} into ${into.session}`);
    this.#report(old, { type: "merged", into: into.session });
  }

  /** What the store took concerns a merge of the session: it begins, is cancelled, or is taken over. */
  merges({ id, merge, mergesTaken, ended }: Session): void {
    const visitor = this.visitors.get(id);
    if (!visitor) return;
    const old = visitor.mergedInto;
    if (merge && !old) {
      visitor.mergedInto = this.visitors.get(merge.into) ?? null;
      visitor.mergingFrom = this.world.now;
    } else if (!merge && old) {
      visitor.mergedInto = null;
      this.#mergeEnds(visitor);
    }
    for (const taken of mergesTaken) {
      const from = this.visitors.get(taken.slice(0, taken.lastIndexOf(" ")));
      if (!from || from.mergingFrom === null) continue;
      this.#mergeEnds(from);
      visitor.truth.join(from.truth);
      // Nothing passes over to a session that has ended; what its pages report from now on is recorded there.
      if (ended) from.truth.forgetUntil(this.world.now);
      this.parts.verdicts.watch(visitor);
    }
  }

  /** Timers stood still since it began. */
  #mergeEnds(visitor: Visitor): void {
    if (visitor.mergingFrom === null) return;
    this.disturbances.push({ from: visitor.mergingFrom, to: this.world.now, isOutage: true });
    visitor.mergingFrom = null;
  }

  /** The sessions in which what concerns the visitor may be stored. */
  #storedOf(visitor: Visitor): readonly StoredSession[] {
    return visitor.chain.flatMap((each) => this.parts.checks.get(this.keyOf(each)) ?? []);
  }

  /** One session is reported about far more often than any page does. */
  flood(): void {
    const { random } = this.world;
    const visitor = [...this.visitors.values()].at(-1);
    const collector = random.pick(this.parts.collectors);
    if (!visitor || !collector.isListening) return;
    this.world.fault("flood", `${this.name} ${visitor.session}`);
    this.parts.limits.flood(visitor, collector);
  }

  erased(session: string): void {
    this.log.erase(session);
    const visitor = this.visitors.get(session);
    if (visitor) visitor.isErased = true;
  }

  /** What was acknowledged is stored. */
  checkAccepted(visitor: Visitor, page: string, arrived: Arrived, nextMs: number): void {
    const isCounted = this.isModeSettled && arrived.at > this.modeChangedAt + SETTLED_AFTER_MS;
    if (!isCounted || visitor.isErased || visitor.survivor.isErased) return;
    const { gen, seq, kind } = arrived;
    const isStored = this.#storedOf(visitor).some(({ heard }) => {
      const known = heard.get(page);
      return known && (known.gen > gen || (known.gen === gen && known.seq >= seq));
    });
    const what = kind ? `${gen}.${seq} (next in ${nextMs})` : `leave of ${gen}`;
    this.world.check(
      kind ? "B1" : "E1",
      isStored,
      () => `${this.name} ${visitor.session} ${page}: ${what} was acknowledged and is not stored`,
    );
  }

  checkRefused(visitor: Visitor, code: string): void {
    const mayExpire = this.plan.tokenMs < 3_600_000 || this.#hasWrongClocks;
    if (/^token/.test(code) && !mayExpire) {
      this.world.check(
        "C17",
        false,
        () => `${visitor.session} was refused with a good token: ${code}`,
      );
    }
  }
}
