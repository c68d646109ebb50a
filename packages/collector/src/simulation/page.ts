/**
 * One document in one tab, which reports as the SDK does (`packages/sdk/src/connect.ts`) in a browser that
 * hides, throttles, freezes, caches and kills it.
 * @module
 */
import type { LeaveDestination, LivingSignalType } from "../core/lists.ts";
import type { Reply } from "./collector.ts";
import type { Entry } from "./scheduler.ts";
import type { Arrived } from "./truth.ts";
import type { World } from "./world.ts";

/** A signal as its page sent it. */
export type PageSignal = Omit<Arrived, "page" | "isOutdated" | "at"> & { readonly page: string };
export type SignalFields = { readonly gen: number } & Readonly<Record<string, unknown>>;

/** The visitor's browser, as one of its pages knows it. */
export interface Browser {
  readonly world: World;
  readonly isAsleep: boolean;
  /** Timers of hidden pages fire at multiples of this. */
  readonly throttleMs: number;
  freshToken(): string | undefined;
  encode(page: string, token: string | undefined, signal: SignalFields): string;
  send(body: string, signal: PageSignal, onReply: (reply: Reply) => void): void;
}

/** The SDK's: packages/sdk/src/connect.ts, beat.ts and send.ts. */
const FIRST_BEAT_MS = 10_000;
const TIMEOUT_MS = 10_000;
const TOKEN_MS = 240_000;

export class Page {
  readonly id: string;
  readonly #browser: Browser;
  /** The browser holds a leave of the page, and sends it when the page crashes. */
  readonly #isArmed: boolean;
  #gen = -1;
  #seq = 0;
  #timer: Entry | null = null;
  #beatMs = FIRST_BEAT_MS;
  #sentAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #token: string | undefined;
  #tokenAt = Number.NEGATIVE_INFINITY;
  isHidden = false;
  /** `cached`: in the back/forward cache. In all but the first two nothing of it runs. */
  state: "running" | "stopped" | "frozen" | "cached" | "dead" = "running";

  constructor(browser: Browser, id: string, isArmed: boolean) {
    this.#browser = browser;
    this.id = id;
    this.#isArmed = isArmed;
    this.#tell();
  }

  get #world() {
    return this.#browser.world;
  }

  get isOpen(): boolean {
    return this.state !== "dead" && this.state !== "cached";
  }

  toggle(): void {
    if (this.isHidden) this.show();
    else this.hide();
  }

  hide(): void {
    this.isHidden = true;
    if (this.#seq > 0) this.#tell("hidden");
  }

  show(): void {
    this.isHidden = false;
    if (this.state === "stopped") this.state = "running";
    this.#tell(this.#seq > 0 ? "visible" : undefined);
  }

  freeze(): void {
    if (this.#seq > 0) this.#tell("freeze");
    this.state = "frozen";
  }

  resume(): void {
    this.state = "running";
    this.#sentAt = Number.NEGATIVE_INFINITY;
    if (this.#seq > 0) this.#tell("resume");
  }

  /** The renderer dies; the browser may send the leave that it holds. */
  crash(): void {
    const { random } = this.#world;
    const gen = this.#gen;
    const isSent = this.#isArmed && this.#seq > 0 && random.chance(0.7);
    this.#halt("dead");
    if (isSent) this.#world.after(random.int(0, 3_000), () => this.#sendLeave(gen, undefined));
  }

  leave(to: LeaveDestination | undefined, state: "cached" | "dead"): void {
    if (this.#seq > 0) {
      this.#sendLeave(this.#gen, to);
      // A beacon goes along where the browser holds no leave.
      if (!this.#isArmed && this.#world.random.chance(0.5)) this.#sendLeave(this.#gen, to);
    }
    this.#halt(state);
  }

  /** The browser shows it again, from its back/forward cache. */
  restore(): void {
    this.state = "running";
    this.isHidden = false;
    this.#tell();
  }

  /** The device is awake again: a timer that came due in its sleep fires. */
  wake(): void {
    if (this.state === "running" && this.#timer?.isCancelled) this.#tell();
  }

  #halt(state: Page["state"]): void {
    if (this.#timer) this.#timer.isCancelled = true;
    this.#timer = null;
    this.#seq = 0;
    this.#failures = 0;
    this.#sentAt = Number.NEGATIVE_INFINITY;
    this.state = state;
  }

  #schedule(delayMs: number): void {
    if (this.#timer) this.#timer.isCancelled = true;
    let dueMs = Math.max(1, Math.round(delayMs * (1 + this.#world.random.next() / 10)));
    const { throttleMs } = this.#browser;
    if (this.isHidden) dueMs = Math.ceil(dueMs / throttleMs) * throttleMs;
    const timer = this.#world.after(dueMs, () => {
      if (this.state !== "running") return;
      // A device that sleeps fires no timer; `wake` makes up for it.
      if (this.#browser.isAsleep) timer.isCancelled = true;
      else this.#tell();
    });
    this.#timer = timer;
  }

  #tell(type?: LivingSignalType): void {
    if (this.#browser.isAsleep || this.state !== "running") return;
    const { now } = this.#world;
    this.#schedule(this.#beatMs);
    if (now - this.#sentAt > 3 * this.#beatMs) {
      this.#renewToken();
      this.#gen += 1;
      this.#seq = 0;
    } else if (now - this.#tokenAt > TOKEN_MS) this.#renewToken();
    this.#sentAt = now;
    const signal = type ?? (this.#seq > 0 ? "beat" : "open");
    const seq = this.#seq;
    this.#seq += 1;
    const current = this.#timer;
    let isAnswered = false;
    const onReply = (reply: Reply) => {
      if (isAnswered) return;
      isAnswered = true;
      if (this.#timer === current && this.state === "running") this.#react(reply);
    };
    this.#browser.send(
      this.#browser.encode(this.id, this.#token, {
        type: signal,
        gen: this.#gen,
        seq,
        visible: !this.isHidden,
        armed: this.#isArmed,
      }),
      {
        page: this.id,
        gen: this.#gen,
        seq,
        kind: { visibility: visibilityOf(signal, this.isHidden), armed: this.#isArmed },
        to: null,
      },
      onReply,
    );
    this.#world.after(TIMEOUT_MS, () => onReply({ code: "network" }));
  }

  #react({ nextMs, code = "network" }: Reply): void {
    if (nextMs) {
      this.#failures = 0;
      this.#beatMs = nextMs;
      this.#schedule(nextMs);
      return;
    }
    if (nextMs === 0) {
      this.#halt("stopped");
      return;
    }
    this.#failures += 1;
    const pauseMs = Math.min(this.#beatMs * 0.9, 500 * 2 ** this.#failures);
    this.#schedule(pauseMs - Math.max(0, this.#world.now - this.#sentAt));
    if (/^token/.test(code)) this.#sentAt = Number.NEGATIVE_INFINITY;
    else if (/^(key|secret|origin|unsupported)/.test(code)) this.#halt("stopped");
  }

  #renewToken(): void {
    this.#token = this.#browser.freshToken();
    this.#tokenAt = this.#world.now;
  }

  #sendLeave(gen: number, to: LeaveDestination | undefined): void {
    if (this.#browser.isAsleep) return;
    const order = { page: this.id, gen, seq: Number.POSITIVE_INFINITY };
    const body = this.#browser.encode(this.id, this.#token, { type: "leave", gen, to });
    this.#browser.send(body, { ...order, kind: null, to: to ?? null }, () => {});
  }
}

function visibilityOf(signal: LivingSignalType, isHidden: boolean) {
  if (signal === "freeze") return "frozen";
  return signal === "hidden" || (signal !== "visible" && isHidden) ? "hidden" : "visible";
}
