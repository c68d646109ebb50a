/**
 * Generates what visitors' pages send: mostly in order, and sometimes twice, late, or out of order.
 * @module
 */
import type { Random } from "../support/random.ts";
import { PAGES, SESSIONS, secretOf } from "./names.ts";
import type { Call, TokenPlan } from "./plan.ts";

interface Page {
  readonly session: string;
  readonly page: string;
  gen: number;
  seq: number;
  isOpen: boolean;
  isVisible: boolean;
}

type Signal = Extract<Call, { type: "signal" }>;

const DESTINATIONS = [undefined, "page", "away", "gone"] as const;
/** Of servers and most tests none; in some runs only the second is listed. */
const ORIGINS = [
  undefined,
  undefined,
  "https://shop.example",
  "https://shop.example",
  "https://other.example",
  "null",
] as const;
/** One proof expires in the run. */
const EXPIRY_S = [120, 7_200, 7_200, 7_200] as const;

export class Visitors {
  readonly #random: Random;
  /** Fewer sessions than this have an open page, unless they are told to leave. */
  readonly #maxOnline: number;
  readonly #pages = new Map<string, Page>();
  #last: Signal | null = null;

  constructor(random: Random, maxOnline: number) {
    this.#random = random;
    this.#maxOnline = maxOnline;
  }

  /** The next signal of any page. */
  next(): Signal {
    const random = this.#random;
    if (this.#last && random.chance(0.05)) return this.#last;
    const page = this.#any();
    if (random.chance(0.02)) return this.#keep(page, this.#odd(page));
    if (!page.isOpen) return this.#open(page);
    const kind = random.next();
    if (kind < 0.45) return this.#say(page, "beat");
    if (kind < 0.53) return this.#say(page, page.isVisible ? "hidden" : "visible");
    if (kind < 0.57) return this.#say(page, "freeze");
    if (kind < 0.62) return this.#resume(page);
    if (kind < 0.66) return this.#open(page);
    if (kind < 0.72) return this.#outOfOrder(page);
    return this.#leave(page);
  }

  /** A beat of each open page, as while visitors stay. */
  beats(): readonly Signal[] {
    return [...this.#pages.values()]
      .filter(({ isOpen }) => isOpen && this.#random.chance(0.8))
      .map((page) => this.#say(page, "beat"));
  }

  #any(): Page {
    const session = this.#random.pick(SESSIONS);
    const page = this.#random.pick(PAGES);
    const key = `${session} ${page}`;
    const found = this.#pages.get(key) ?? {
      session,
      page,
      gen: 0,
      seq: 0,
      isOpen: false,
      isVisible: true,
    };
    this.#pages.set(key, found);
    return found;
  }

  #open(page: Page): Signal {
    const others = [...this.#pages.values()].filter(
      ({ isOpen, session }) => isOpen && session !== page.session,
    );
    const online = new Set(others.map(({ session }) => session));
    const [first] = others;
    // The one that is open leaves instead; the next call may open this one.
    if (first && online.size >= this.#maxOnline) return this.#leave(first);
    if (page.seq > 0) page.gen += 1;
    page.seq = 0;
    page.isOpen = true;
    page.isVisible = this.#random.chance(0.9);
    return this.#say(page, "open");
  }

  #resume(page: Page): Signal {
    page.gen += 1;
    page.seq = 0;
    return this.#say(page, "resume");
  }

  #leave(page: Page): Signal {
    page.isOpen = false;
    const to = DESTINATIONS[this.#random.below(DESTINATIONS.length)];
    const gen = this.#random.chance(0.9) ? page.gen : Math.max(0, page.gen - 1);
    return this.#keep(page, { type: "leave", gen, ...(to && { to }) });
  }

  #outOfOrder(page: Page): Signal {
    const seq = Math.max(0, page.seq - this.#random.below(3));
    const type = this.#random.pick(["beat", "hidden", "visible", "open"]);
    return this.#keep(page, { type, seq, gen: page.gen, visible: true, armed: false });
  }

  /** What no page sends. */
  #odd({ gen }: Page): object {
    return this.#random.pick<object>([
      { type: "beat", gen, seq: -1, visible: true, armed: false },
      { type: "nothing", gen },
      { type: "beat", gen, seq: 1 },
      { type: "leave", gen, to: "moon" },
      { v: 2, type: "beat", gen, seq: 1, visible: true },
      { key: "pk_wrong", type: "beat", gen, seq: 1, visible: true },
      { key: "sk_wrong", type: "beat", gen, seq: 1, visible: true },
    ]);
  }

  #say(page: Page, type: string): Signal {
    page.seq += 1;
    if (type === "hidden" || type === "visible") page.isVisible = type === "visible";
    const { gen, seq, isVisible: visible } = page;
    const armed = this.#random.chance(0.2);
    return this.#keep(page, { type, gen, seq, visible, armed });
  }

  #keep({ session, page }: Page, said: object): Signal {
    const signed: TokenPlan = {
      session: this.#random.chance(0.98) ? session : "conv_1",
      user: null,
      expiresAtS: this.#expiryOf(session),
    };
    const token = this.#random.chance(0.15) ? secretOf(session) : signed;
    const origin = ORIGINS[this.#random.below(ORIGINS.length)];
    this.#last = { type: "signal", body: { session, page, ...said }, token, origin };
    return this.#last;
  }

  /** A page goes on with the token that opened it. */
  #expiryOf(session: string): number {
    return EXPIRY_S[SESSIONS.indexOf(session) % EXPIRY_S.length] ?? 0;
  }
}
