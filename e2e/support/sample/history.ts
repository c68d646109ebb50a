/**
 * Two weeks of a shop's conversations, written by the real engine on a virtual clock: visitors who write,
 * wait, browse, give up and come back, and agents who serve them.
 * @module
 */
import { recipe } from "../../../packages/collector/src/core/recipes.ts";
import { visibleOf } from "../../../packages/collector/src/core/transition.ts";
import { Clock } from "../../../packages/collector/src/engine/clock.ts";
import { Engine } from "../../../packages/collector/src/engine/engine.ts";
import { sweep } from "../../../packages/collector/src/engine/sweep.ts";
import { Random } from "../../../packages/collector/src/simulation/random.ts";
import type { Store } from "../../../packages/collector/src/stores/store.ts";
import { Conversation, WHATSAPP } from "./conversation.ts";
import { AGENTS, BUSIEST_HOUR, busynessAt, isAtWork, TOPICS, VISITORS } from "./shop.ts";
import { type Activity, VirtualTime } from "./virtual-time.ts";

export interface SampleOptions {
  readonly account: string;
  readonly sessions: number;
  readonly days: number;
  readonly seed: number;
  /**
   * When the history ends, in epoch milliseconds. Who is in the shop by then stays there for as long as their page
   * is believed; who has written by WhatsApp, for days.
   */
  readonly until: number;
  /** The setting of that name, if it is not to have its default. */
  readonly traceDays?: number;
  /** Called with the virtual time, now and then. */
  readonly onProgress?: (at: number) => void;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Capacities are as they are with so many conversations a day. */
const USUAL_SESSIONS_A_DAY = 360;
/** The last conversations come by WhatsApp, as many of each hundred. */
const WHATSAPP_PERCENT = 1;
const MIN_WHATSAPP = 48;
const WHATSAPP_HOURS = 1;
/** Of them the first ones have an agent. */
const WHATSAPP_ASSIGNED = 8;
/** There people answer after hours, and silence says little. */
const WHATSAPP_SILENCE_SECONDS = 3 * 86_400;
/** How late a verdict may be reached; it has the time at which it was due. */
const SWEEP_EVERY_MS = 4_000;
/** Where nobody has been in the shop for as long as it takes to become inactive. */
const QUIET_SWEEP_EVERY_MS = MINUTE_MS;
const QUIET_AFTER_MS = 11 * MINUTE_MS;
const HEARTBEAT_EVERY_MS = MINUTE_MS;
const PROGRESS_EVERY_MS = DAY_MS / 4;
/** A tolerance with which no gap in the heartbeats counts as an outage. */
const NEVER_AN_OUTAGE_MS = Number.MAX_SAFE_INTEGER;

export async function writeSampleHistory(store: Store, options: SampleOptions): Promise<void> {
  const shop = new Shop(store, options);
  await shop.run();
}

class Shop {
  readonly #store: Store;
  readonly #options: SampleOptions;
  readonly #random: Random;
  readonly #time: VirtualTime;
  readonly #engine: Engine;
  #heartbeatAt = 0;
  /** When a visitor last did anything. */
  #lastVisitAt = 0;
  /** Who waits for an agent, the first one first. */
  #waiting: Conversation[] = [];
  readonly #served = new Map<string, Set<Conversation>>();
  readonly #capacityOf: (capacity: number) => number;

  constructor(store: Store, options: SampleOptions) {
    this.#store = store;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#time = new VirtualTime(options.until - options.days * DAY_MS, () => this.#heartbeat());
    this.#engine = new Engine(store, new Clock(() => this.#time.now));
    const scale = options.sessions / options.days / USUAL_SESSIONS_A_DAY;
    this.#capacityOf = (capacity) => Math.max(1, Math.round(capacity * scale));
  }

  async run(): Promise<void> {
    const { account, until, onProgress } = this.#options;
    await this.#heartbeat();
    await this.#prepare();
    for (const [number, at] of this.#arrivals().entries()) {
      const user = `${this.#random.pick(VISITORS)} ${this.#random.int(1, 60)}`;
      const conversation = new Conversation(this.#engine, account, number, user);
      this.#time.start(this.#visit(conversation, number), at);
    }
    this.#time.start(this.#openWhatsApp(), until - WHATSAPP_HOURS * 60 * MINUTE_MS);
    this.#time.start(this.#desk());
    this.#time.start(this.#sweeps());
    let progressAt = this.#time.now;
    while (this.#time.nextAt <= until) {
      await this.#time.step();
      if (this.#time.now < progressAt) continue;
      onProgress?.(this.#time.now);
      progressAt += PROGRESS_EVERY_MS;
    }
    this.#time.now = until;
    await this.#sweep();
  }

  async #prepare(): Promise<void> {
    const { account, traceDays } = this.#options;
    const triggers = [...recipe("tag_abandoned", ""), ...recipe("welcome_back", "")];
    const overrides = {
      termsAccepted: true,
      "presence.mode": "on",
      origins: ["https://shop.example"],
      ...(traceDays !== undefined && { traceDays }),
    };
    await this.#engine.changeSettings(account, { overrides, triggers }, { cli: "sample-data" });
    for (const { name, capacity } of AGENTS) {
      await this.#store.putAgent(account, { id: name, capacity: this.#capacityOf(capacity) });
    }
  }

  /** When visitors come, in order: more of them in the hours in which a shop is busy. */
  #arrivals(): number[] {
    const { sessions, days, until } = this.#options;
    const arrivals: number[] = [];
    while (arrivals.length < sessions - this.#whatsAppSessions) {
      const at = until - Math.floor(this.#random.next() * days * DAY_MS);
      if (this.#random.next() * BUSIEST_HOUR < busynessAt(at)) arrivals.push(at);
    }
    return arrivals.sort((a, b) => a - b);
  }

  get #whatsAppSessions(): number {
    const { sessions } = this.#options;
    const wanted = Math.max(MIN_WHATSAPP, Math.round((sessions * WHATSAPP_PERCENT) / 100));
    return Math.min(wanted, Math.floor(sessions / 4));
  }

  /**
   * In the end the shop can be written to by WhatsApp, which has no pages. So there is a queue to be worked off however
   * much later the history is looked at. The help desk of the website does not have these conversations.
   */
  async *#openWhatsApp(): Activity {
    const { account, sessions } = this.#options;
    const count = this.#whatsAppSessions;
    await this.#engine.changeSettings(
      account,
      ({ overrides }) => ({
        overrides: { ...overrides, "inactivity.seconds": WHATSAPP_SILENCE_SECONDS },
      }),
      { cli: "sample-data" },
    );
    const random = this.#random;
    for (let index = 0; index < count; index += 1) {
      yield random.int(1_000, Math.floor((1.6 * WHATSAPP_HOURS * 60 * MINUTE_MS) / count));
      const user = `${random.pick(VISITORS)} ${random.int(1, 60)}`;
      const number = sessions - count + index;
      const conversation = new Conversation(this.#engine, account, number, user, WHATSAPP);
      await conversation.write();
      const { group, tags } = random.pick(TOPICS);
      await conversation.report({ status: "new", priority: "normal", group, tags });
      if (index >= Math.min(WHATSAPP_ASSIGNED, count / 4)) continue;
      const agent = AGENTS[index % AGENTS.length];
      if (agent) await conversation.assign(agent.name);
    }
  }

  /** The collector of a history never stood still. */
  async #heartbeat(): Promise<void> {
    const { now } = this.#time;
    if (now - this.#heartbeatAt < HEARTBEAT_EVERY_MS) return;
    this.#heartbeatAt = now;
    await this.#store.heartbeat(now, NEVER_AN_OUTAGE_MS);
  }

  async *#sweeps(): Activity {
    for (;;) {
      await this.#sweep();
      const isQuiet = this.#time.now - this.#lastVisitAt > QUIET_AFTER_MS;
      yield isQuiet ? QUIET_SWEEP_EVERY_MS : SWEEP_EVERY_MS;
    }
  }

  async #sweep(): Promise<void> {
    const onError = (error: unknown) => {
      throw error;
    };
    await sweep({ engine: this.#engine, accounts: () => [this.#options.account], onError });
  }

  async *#visit(conversation: Conversation, number: number): Activity {
    const random = this.#random;
    await this.#open(conversation);
    yield random.int(4_000, 60_000);
    await conversation.write();
    yield random.int(300, 1_500);
    const { group, tags } = random.pick(TOPICS);
    const priority = random.chance(0.12) ? "high" : "normal";
    const id = String(48_000 + number);
    await conversation.report({ id, status: "new", priority, group, tags });
    this.#waiting.push(conversation);
    if (random.chance(0.03)) await conversation.signIn();
    yield* this.#wait(conversation);
    if (conversation.agent === null) return yield* this.#followUp(conversation);
    while (!conversation.isDone) yield* this.#browse(conversation);
    yield random.int(2_000, 4 * MINUTE_MS);
    await conversation.leave(random.chance(0.7) ? "gone" : "away");
  }

  async #open(conversation: Conversation): Promise<void> {
    this.#time.start(await conversation.open());
  }

  /** Until there is an agent, or the visitor has given up for good. */
  async *#wait(conversation: Conversation): Activity {
    const random = this.#random;
    let givesUpAt = this.#time.now + 45_000 + random.around(6 * MINUTE_MS);
    while (conversation.agent === null) {
      yield* this.#browse(conversation);
      if (this.#time.now < givesUpAt || conversation.agent !== null) continue;
      await conversation.leave(random.pick(["gone", "gone", "gone", "away", "away", null, "lost"]));
      const comesBack = random.next();
      if (comesBack > 0.32) return;
      // Some were only away for a moment, and some come back to see whether there is an answer.
      yield comesBack < 0.14 ? random.int(6_000, 70_000) : random.int(70_000, 20 * MINUTE_MS);
      await this.#open(conversation);
      givesUpAt = this.#time.now + 30_000 + random.around(3 * MINUTE_MS);
    }
  }

  /** A while on the site: on the same page, on to the next one, or in another tab. */
  async *#browse(conversation: Conversation): Activity {
    const random = this.#random;
    this.#lastVisitAt = this.#time.now;
    yield random.int(3_000, 25_000);
    if (!conversation.isHere || random.chance(0.6)) return;
    if (random.chance(0.3)) {
      await conversation.hide();
      yield random.int(5_000, 2 * MINUTE_MS);
      await conversation.show();
      return;
    }
    await conversation.leave("page");
    // Most pages load at once; some on a slow network take longer than the buffer.
    yield random.chance(0.03) ? random.int(21_000, 55_000) : random.int(300, 4_000);
    await this.#open(conversation);
  }

  /** What becomes of an abandoned conversation. */
  async *#followUp(conversation: Conversation): Activity {
    const random = this.#random;
    yield random.int(10 * MINUTE_MS, 3 * 60 * MINUTE_MS);
    if (conversation.agent !== null) return;
    this.#waiting = this.#waiting.filter((each) => each !== conversation);
    if (random.chance(0.5)) await conversation.report({ routingChannel: "email" });
    else await conversation.report({ status: "solved" });
  }

  /** Agents take who waits, as far as their capacity allows. */
  async *#desk(): Activity {
    for (;;) {
      for (const conversation of [...this.#waiting]) {
        const agent = this.#freeAgent();
        if (agent === null) break;
        if (!(await this.#isQueued(conversation))) continue;
        this.#waiting = this.#waiting.filter((each) => each !== conversation);
        await conversation.assign(agent);
        this.#time.start(this.#serve(conversation, agent));
      }
      yield this.#random.int(5_000, 15_000);
    }
  }

  #freeAgent(): string | null {
    const free = AGENTS.filter(
      (agent) =>
        isAtWork(agent, this.#time.now) &&
        this.#servedBy(agent.name).size < this.#capacityOf(agent.capacity),
    );
    return free.length === 0 ? null : this.#random.pick(free).name;
  }

  #servedBy(agent: string): Set<Conversation> {
    const served = this.#served.get(agent) ?? new Set();
    this.#served.set(agent, served);
    return served;
  }

  async #isQueued({ id }: Conversation): Promise<boolean> {
    const { account } = this.#options;
    const [found] = await this.#store.load([{ key: { account, id }, eventIds: [] }]);
    const { settings } = this.#engine.broadcasts.latest(account);
    const session = found?.stored?.session;
    return session !== undefined && visibleOf(session, settings).queue === "queued";
  }

  async *#serve(conversation: Conversation, agent: string): Activity {
    const random = this.#random;
    const served = this.#servedBy(agent);
    served.add(conversation);
    for (let replies = random.int(2, 6); replies > 0; replies -= 1) {
      yield random.int(12_000, 100_000);
      await conversation.reply();
      if (random.chance(0.04)) {
        await conversation.leave(random.pick(["gone", "away", "lost"]));
        yield random.int(20_000, 6 * MINUTE_MS);
        if (random.chance(0.5)) break;
        await this.#open(conversation);
      }
      yield random.int(8_000, 90_000);
      if (conversation.isHere) await conversation.write();
    }
    conversation.isDone = true;
    served.delete(conversation);
    if (random.chance(0.3)) await conversation.end("ended_by_agent");
    else await conversation.report({ status: "solved" });
  }
}
