/**
 * A visitor with a session: opens pages, navigates, looks at other tabs, puts the device away, comes back,
 * and goes. What they do is the truth that verdicts are compared with.
 * @module
 */
import { WIRE_VERSION } from "@stillhere/sdk/wire";
import type { LeaveDestination } from "../core/lists.ts";
import type { Collector, Reply } from "./collector.ts";
import type { Limits } from "./limits.ts";
import type { Client, Network } from "./network.ts";
import { Page, type PageSignal, type SignalFields } from "./page.ts";
import type { Times } from "./times.ts";
import { type Arrived, SessionTruth } from "./truth.ts";
import type { World } from "./world.ts";

const MAX_PAGES = 4;

/** The visitor's account, as far as a visitor needs it. */
export interface Site {
  readonly world: World;
  readonly name: string;
  readonly publishableKey: string;
  readonly times: Times;
  readonly network: Network;
  readonly limits: Limits;
  tokenFor(visitor: Visitor): string | undefined;
  message(visitor: Visitor): void;
  /** Something of the visitor reaches a collector. */
  arrives(visitor: Visitor): void;
  /** A signal of the account was accepted, or may have been. */
  heard(at: number, isSure: boolean): void;
  checkAccepted(visitor: Visitor, page: string, arrived: Arrived, nextMs: number): void;
  checkRefused(visitor: Visitor, code: string): void;
}

export class Visitor implements Client {
  readonly world: World;
  readonly session: string;
  readonly share: number;
  readonly address: string;
  readonly truth: SessionTruth;
  /** A secret that the page attaches to a message (binding `capability`). */
  readonly secret: string;
  readonly throttleMs: number;
  isAsleep = false;
  /** The session was erased: nothing is expected of it any more. */
  isErased = false;
  /** Whose session this one goes on as, or is about to; `null`: nobody's. */
  mergedInto: Visitor | null = null;
  /** When its session stopped to go on as another; `null`: it has not, or that one has taken over. */
  mergingFrom: number | null = null;
  /** They will not come back. */
  isGone = false;
  /** Events of the desk about it that are on their way. */
  deskRequests = 0;
  readonly #site: Site;
  #pages: Page[] = [];
  #pageCount = 0;

  constructor(site: Site, session: string, secret: string) {
    const { world } = site;
    const { random } = world;
    this.#site = site;
    this.world = world;
    this.session = session;
    this.secret = secret;
    this.share = random.next();
    this.address = `198.51.100.${random.int(1, 200)}`;
    this.throttleMs = random.pick([1, 1, 1_000]);
    this.truth = new SessionTruth(site.times);
  }

  get account(): string {
    return this.#site.name;
  }

  get publishableKey(): string {
    return this.#site.publishableKey;
  }

  /** Itself, and those whose sessions it goes on as. Two may be about to go on as each other. */
  get chain(): readonly Visitor[] {
    const chain = new Set<Visitor>();
    let next: Visitor | null = this;
    while (next && !chain.has(next)) {
      chain.add(next);
      next = next.mergedInto;
    }
    return [...chain];
  }

  /** The visitor whose session has this one's pages. */
  get survivor(): Visitor {
    return this.chain.at(-1) ?? this;
  }

  get isThere(): boolean {
    return this.#pages.length > 0;
  }

  freshToken(): string | undefined {
    return this.#site.tokenFor(this);
  }

  /** Opens the first page, and lives on from there. */
  arrive(): void {
    this.open();
    this.#next();
  }

  open(): void {
    this.#pageCount += 1;
    const { random } = this.world;
    const id = `${this.session}-p${this.#pageCount}`;
    this.#pages.push(new Page(this, id, random.chance(0.4)));
  }

  /** Every page closes, with a leave. */
  go(): void {
    this.isGone = true;
    for (const page of this.#pages) if (page.isOpen) page.leave("gone", "dead");
    this.#pages = [];
  }

  send(body: string, signal: PageSignal, onReply: (reply: Reply) => void): void {
    const visit = (collector: Collector, onEnd: (reply: Reply) => void) =>
      this.#deliver(collector, body, signal, onEnd);
    this.#site.network.send(this, visit, onReply);
  }

  #deliver(
    collector: Collector,
    body: string,
    { page, ...signal }: PageSignal,
    onEnd: (reply: Reply) => void,
  ): void {
    const { limits } = this.#site;
    const arrived = this.truth.arrive(page, { ...signal, at: this.world.now });
    const seen = limits.arrived(this, collector);
    this.#site.arrives(this);
    const sender = { origin: "https://shop.example", address: this.address };
    const onStart = () => limits.handled(seen);
    collector.signal(body, sender, onStart, (reply) => {
      limits.answered(seen);
      if (reply?.nextMs !== undefined) limits.accepted(seen);
      if (reply?.code === "too_many_requests") limits.refused(seen);
      this.#settle(collector, page, arrived, reply);
      onEnd(reply ?? { code: "network" });
    });
  }

  /** A beat of another page, straight to a collector. */
  beat(collector: Collector, page: string, seq: number): void {
    const kind = { visibility: "visible", armed: false } as const;
    const body = { type: "beat", gen: 0, seq, visible: true };
    const signal = { page, gen: 0, seq, kind, to: null };
    this.#deliver(collector, this.encode(page, this.freshToken(), body), signal, () => {});
  }

  leaveBy(collector: Collector, page: string): void {
    const signal = { page, gen: 0, seq: Number.POSITIVE_INFINITY, kind: null, to: null };
    const body = this.encode(page, this.freshToken(), { type: "leave", gen: 0 });
    this.#deliver(collector, body, signal, () => {});
  }

  encode(page: string, token: string | undefined, { gen, ...signal }: SignalFields): string {
    const { publishableKey: key, session } = this;
    return JSON.stringify({ v: WIRE_VERSION, key, session, token, page, gen, ...signal });
  }

  #settle(collector: Collector, page: string, arrived: Arrived, reply: Reply | null): void {
    const { world } = this;
    const told = reply?.nextMs ?? reply?.code ?? "died";
    const number = arrived.kind ? `${arrived.gen}.${arrived.seq}` : `${arrived.gen} leave`;
    world.note(`${this.account} ${this.session} ${page} ${number} at ${collector.name}: ${told}`);
    const nextMs = reply?.nextMs;
    const isUnknown = reply === null || reply.code === "unavailable";
    if (nextMs !== undefined || isUnknown) {
      this.#site.heard(arrived.at, nextMs !== undefined);
    }
    if (nextMs !== undefined) this.truth.settle(arrived, { is: "accepted", nextMs }, world.now);
    else this.truth.settle(arrived, { is: isUnknown ? "unknown" : "refused" }, world.now);
    if (nextMs !== undefined) this.#site.checkAccepted(this, page, arrived, nextMs);
    if (reply?.code) this.#site.checkRefused(this, reply.code);
  }

  #next(): void {
    const { random } = this.world;
    this.world.after(random.around(this.world.plan.patienceMs), () => {
      if (this.isGone) return;
      if (this.world.isQuiet) return this.go();
      this.#act();
      if (!this.isGone) this.#next();
    });
  }

  #act(): void {
    const { random } = this.world;
    this.#pages = this.#pages.filter(({ state }) => state !== "dead");
    if (this.#pages.length === 0) {
      if (random.chance(0.5)) this.open();
      else this.go();
      return;
    }
    if (this.isAsleep) return;
    const page = random.pick(this.#pages);
    if (page.state === "frozen") this.#wakeOr(page, () => page.resume());
    else if (page.state === "cached") this.#wakeOr(page, () => page.restore());
    else this.#use(page);
  }

  /** A page that does not run comes back, or the browser drops it. */
  #wakeOr(page: Page, wake: () => void): void {
    if (this.world.random.chance(0.7)) wake();
    else this.#crash(page);
  }

  #use(page: Page): void {
    const { random, plan } = this.world;
    const what = random.next();
    if (what < 0.25) this.#navigate(page);
    else if (what < 0.45) page.toggle();
    else if (what < 0.5 && this.#pages.length < MAX_PAGES) this.open();
    else if (what < 0.62) this.#site.message(this);
    else if (what < 0.7) this.#close(page);
    else if (what < 0.75 && plan.faults.has("page_crash")) this.#crash(page);
    else if (what < 0.8 && plan.faults.has("page_freeze")) this.#freeze(page);
    else if (what < 0.84 && plan.faults.has("device_sleep")) this.#sleep();
  }

  #freeze(page: Page): void {
    if (page.state !== "running") return;
    if (!page.isHidden) page.hide();
    page.freeze();
    this.world.fault("page_freeze", this.session);
  }

  #navigate(page: Page): void {
    const { random, plan } = this.world;
    const to = random.pick<LeaveDestination | undefined>(["page", "page", undefined]);
    const isCached = plan.faults.has("page_cached") && random.chance(0.3);
    if (isCached) this.world.fault("page_cached", this.session);
    page.leave(to, isCached ? "cached" : "dead");
    this.world.after(random.around(700), () => {
      if (!this.isGone) this.open();
    });
  }

  #close(page: Page): void {
    page.leave(
      this.world.random.pick<LeaveDestination | undefined>(["gone", "away", undefined]),
      "dead",
    );
  }

  #crash(page: Page): void {
    this.world.fault("page_crash", this.session);
    page.crash();
  }

  #sleep(): void {
    this.world.fault("device_sleep", this.session);
    this.isAsleep = true;
    this.world.after(this.world.random.around(20_000), () => {
      this.isAsleep = false;
      for (const page of this.#pages) page.wake();
    });
  }
}
