/**
 * Rate limits as seen from outside: who stays far below them is never refused, and nobody gets far beyond.
 * @module
 */
import type { Collector } from "./collector.ts";
import type { Visitor } from "./visitor.ts";
import type { World } from "./world.ts";

interface Seen {
  readonly at: number;
  readonly collector: Collector;
  readonly session: string;
  readonly address: string;
  /** When its collector came to it: later than it arrived where that stood still. */
  handledAt: number;
  /** Counted by then, some only after the store was read; infinite while it waits for that. */
  answeredAt: number;
}

/** The limit is 50 in a second. Two seconds may touch each other, and clocks are slewed. */
const SURELY_ALLOWED = 25;
const SURELY_TOO_MANY = 160;
const WINDOW_MS = 2_500;
/** A process that stood still handles everything at the same time. */
const WINDOW_AFTER_PAUSE_MS = 200_000;
const FLOOD = 300;
const FLOOD_MS = 500;

export class Limits {
  readonly #world: World;
  #seen: Seen[] = [];
  /** When signals were handled that were accepted, of a session at a collector within the last seconds. */
  readonly #accepted = new Map<string, number[]>();

  constructor(world: World) {
    this.#world = world;
  }

  arrived(visitor: Visitor, collector: Collector): Seen {
    const { account, session, address } = visitor;
    const at = this.#world.now;
    const seen = {
      at,
      collector,
      session: `${account} ${session}`,
      address,
      handledAt: at,
      answeredAt: Number.POSITIVE_INFINITY,
    };
    this.#seen.push(seen);
    if (this.#seen.length > 20_000) {
      this.#seen = this.#seen.filter((each) => each.at > at - WINDOW_AFTER_PAUSE_MS);
    }
    return seen;
  }

  handled(seen: Seen): void {
    seen.handledAt = this.#world.now;
  }

  answered(seen: Seen): void {
    seen.answeredAt = this.#world.now;
  }

  accepted({ session, collector, handledAt }: Seen): void {
    const name = `${collector.name} ${session}`;
    const earlier = this.#accepted.get(name)?.filter((at) => at > handledAt - WINDOW_MS) ?? [];
    const accepted = [...earlier, handledAt];
    this.#accepted.set(name, accepted);
    const inSecond = accepted.filter((at) => at > handledAt - 1_000 && at <= handledAt).length;
    const isBounded = inSecond <= SURELY_TOO_MANY;
    this.#world.check("T6", isBounded, () => `${inSecond} of ${session} in a second`);
  }

  refused({ at, session, address, collector }: Seen): void {
    const { now } = this.#world;
    const hasPaused = now - (collector.process?.disturbedAt ?? now) < WINDOW_AFTER_PAUSE_MS;
    const from = at - (hasPaused ? WINDOW_AFTER_PAUSE_MS : WINDOW_MS);
    const recent = this.#since(at - WINDOW_AFTER_PAUSE_MS).filter(
      (each) => each.collector === collector && each.answeredAt >= from,
    );
    const ofSession = recent.filter((each) => each.session === session).length;
    const ofAddress = recent.filter((each) => each.address === address).length;
    const isDeserved = ofSession > SURELY_ALLOWED || ofAddress > SURELY_ALLOWED;
    const what = () => `${session} was refused after ${ofSession} and ${ofAddress} signals`;
    this.#world.check("T6", isDeserved, what);
  }

  /** A page that reports 300 times in half a second, and leaves. */
  flood(visitor: Visitor, collector: Collector): void {
    const page = `flood${this.#world.now}`;
    for (let seq = 0; seq < FLOOD; seq += 1) {
      this.#world.after((FLOOD_MS * seq) / FLOOD, () => visitor.beat(collector, page, seq));
    }
    this.#world.after(2 * FLOOD_MS, () => visitor.leaveBy(collector, page));
  }

  #since(at: number): readonly Seen[] {
    let index = this.#seen.length;
    while (index > 0 && (this.#seen[index - 1]?.at ?? 0) >= at) index -= 1;
    return this.#seen.slice(index);
  }
}
