/**
 * A customer's server that receives webhooks: prompt or slow, failing, hanging, lying, asking for a pause,
 * or gone. It checks what arrives, in which order and how often.
 * @module
 */
import { randomText } from "../engine/keys.ts";
import type { Endpoint, Settlement } from "../stores/outbox.ts";
import { type Post, type PostAnswer, PostError } from "../webhooks/post.ts";
import type { SimulatedProcess } from "./process.ts";
import type { Logged, TransitionLog } from "./transition-log.ts";
import type { World } from "./world.ts";

const MODES = [
  "ok",
  "slow",
  "error",
  "hang",
  "lost_response",
  "lying",
  "status_101",
  "retry_after",
  "gone",
] as const;

const MAX_IN_FLIGHT = 32;
const ENDLESS_MS = 1e9;
const LATEST_ONLY_AFTER_MS = 600_000;
/** A process that stood still, or whose store was slow, may not know yet that it lost its claim. */
const CLAIM_UNSURE_MS = 15_000;

interface Arrival {
  readonly body: string;
  /** When the first response with 2xx reached the sender. */
  acceptedAt: number | null;
  readonly acceptedBy: SimulatedProcess;
  /** When the store knew of it. */
  settledAt: number | null;
}

export class Receiver {
  readonly endpoint: Endpoint;
  readonly #world: World;
  readonly #log: TransitionLog;
  #mode: (typeof MODES)[number] = "ok";
  readonly #arrivals = new Map<string, Arrival>();
  /** Of each session, the number of the last transition that was accepted. */
  readonly #last = new Map<string, number>();
  readonly #inFlight = new Map<SimulatedProcess, number>();
  #pause: { readonly by: SimulatedProcess; readonly from: number; readonly until: number } | null =
    null;
  #goneAt: number | null = null;
  /** No store took that it was gone, so it is sent to until it says so again. */
  #isGoneForgotten = false;

  constructor(world: World, log: TransitionLog, account: string, name: string, isAll: boolean) {
    this.#world = world;
    this.#log = log;
    const secrets = [{ secret: `whsec_${btoa(randomText(24))}`, expiresAt: null }];
    const url = `https://${name}.${account}.example/hook`;
    const events = isAll ? "all" : "notified";
    const times = { disabled: null, createdAt: 0 };
    this.endpoint = { account, id: `${account}.${name}`, name, url, events, secrets, ...times };
  }

  misbehave(): void {
    const mode = this.#world.random.pick(
      MODES.slice(0, this.#world.random.chance(0.1) ? undefined : -1),
    );
    this.#mode = mode;
    this.#world.fault(`receiver_${mode}`, this.endpoint.url);
    this.#world.after(this.#world.random.around(8_000), () => this.recover());
  }

  recover(): void {
    this.#mode = "ok";
  }

  /** One attempt of a process, with the sender's time limit. */
  post(by: SimulatedProcess, ...[, headers, body, limits]: Parameters<Post>): Promise<PostAnswer> {
    const { scheduler } = this.#world;
    const startedAt = this.#world.now;
    this.#checkStart(by);
    return new Promise<PostAnswer>((resolve, reject) => {
      const end = (settle: () => void) => {
        timeout.isCancelled = true;
        this.#inFlight.set(by, (this.#inFlight.get(by) ?? 1) - 1);
        limits.signal.removeEventListener("abort", abort);
        settle();
      };
      const once = (settle: () => void) => () => {
        if (isOver) return;
        isOver = true;
        end(settle);
      };
      let isOver = false;
      // Where even the platform's time limit fails, the worker has its own.
      const isEndless = this.#mode === "hang" && this.#world.random.chance(0.2);
      const timeout = scheduler.after(
        isEndless ? ENDLESS_MS : limits.timeoutMs,
        by,
        once(() => reject(new PostError("timeout"))),
      );
      const abort = once(() => reject(new PostError("aborted")));
      limits.signal.addEventListener("abort", abort);
      if (limits.signal.aborted) return abort();
      scheduler.after(this.#latency(), null, () => {
        const id = headers["webhook-id"] ?? "";
        const answer = this.#receive(by, id, body, startedAt);
        if (!answer) return;
        const { afterMs, status, retryAfter } = answer;
        scheduler.after(afterMs + this.#latency(), by, () => {
          if (!isOver) this.#answered(by, id, status, retryAfter);
          once(() => resolve({ status, retryAfter }))();
        });
      });
    });
  }

  #latency(): number {
    return this.#world.random.around(this.#world.plan.networkLatencyMs);
  }

  #checkStart(by: SimulatedProcess): void {
    const { now } = this.#world;
    const inFlight = (this.#inFlight.get(by) ?? 0) + 1;
    this.#inFlight.set(by, inFlight);
    const { url } = this.endpoint;
    this.#world.check("D5", inFlight <= MAX_IN_FLIGHT, () => `${inFlight} in flight to ${url}`);
    const isPaused = this.#pause?.by === by && now > this.#pause.from && now < this.#pause.until;
    // A worker that lost its claim could not store the pause, and the next one does not know of it.
    const mayNotKnow =
      now - by.disturbedAt < CLAIM_UNSURE_MS ||
      this.#world.isStoreDisturbed(now - CLAIM_UNSURE_MS, now);
    this.#world.check(
      "D7",
      !isPaused || mayNotKnow,
      () => `sent to ${url}, which had asked for a pause`,
    );
    const isGone = this.#goneAt !== null && now > this.#goneAt + 3_000;
    if (isGone && mayNotKnow) this.#isGoneForgotten = true;
    const mayBeSent = !isGone || this.#isGoneForgotten;
    this.#world.check("D7", mayBeSent, () => `sent to ${url}, which was gone`);
  }

  /** What happens at the receiver; `null`: no response ever comes. */
  #receive(by: SimulatedProcess, id: string, body: string, startedAt: number) {
    const { random } = this.#world;
    this.#world.note(
      `${this.endpoint.id} gets ${id} (${this.#mode}) of ${by.name}, sent at ${startedAt}`,
    );
    const accept = () => this.#accept(by, id, body, startedAt);
    const quick = { afterMs: 0, retryAfter: null };
    switch (this.#mode) {
      case "ok":
        accept();
        return { ...quick, status: 200 };
      case "slow":
        accept();
        return { ...quick, status: 204, afterMs: random.around(2_000) };
      case "error":
        return { ...quick, status: random.pick([400, 404, 500, 502, 503]) };
      case "hang":
        return null;
      case "lost_response":
        accept();
        return null;
      case "lying":
        accept();
        return { ...quick, status: 500 };
      case "status_101":
        return { ...quick, status: 101 };
      case "retry_after":
        return { ...quick, status: 429, retryAfter: String(random.int(1, 12)) };
      case "gone":
        return { ...quick, status: random.chance(0.3) ? 410 : 503 };
    }
  }

  #answered(by: SimulatedProcess, id: string, status: number, retryAfter: string | null): void {
    const { now } = this.#world;
    const arrival = this.#arrivals.get(id);
    if (arrival && status >= 200 && status < 300) arrival.acceptedAt ??= now;
    if (status === 410) {
      this.#goneAt = now;
      this.#isGoneForgotten = false;
    }
    if (retryAfter === null) return;
    const until = now + Number(retryAfter) * 900;
    if (until > (this.#pause?.until ?? 0)) this.#pause = { by, from: now, until };
  }

  #accept(by: SimulatedProcess, id: string, body: string, startedAt: number): void {
    const { account, url } = this.endpoint;
    const logged = this.#log.find(id);
    const isWanted = logged !== null && this.#isWanted(logged);
    this.#world.check("D1", isWanted, () => `${url} got ${id}, which is none of ${account}'s`);
    const known = this.#arrivals.get(id);
    if (known) {
      this.#checkRepeat(known, by, id, body, startedAt);
      return;
    }
    this.#arrivals.set(id, { body, acceptedAt: null, acceptedBy: by, settledAt: null });
    if (logged) this.#checkOrder(logged);
  }

  #checkRepeat(
    known: Arrival,
    by: SimulatedProcess,
    id: string,
    body: string,
    startedAt: number,
  ): void {
    this.#world.check("D13", known.body === body, () => `${id} arrived with another body`);
    const wasDisturbed = (process: SimulatedProcess, at: number) =>
      process.isDead || Math.abs(process.disturbedAt - at) < CLAIM_UNSURE_MS;
    const { acceptedAt, acceptedBy, settledAt } = known;
    const isAllowed =
      acceptedAt === null ||
      startedAt <= (settledAt ?? acceptedAt) ||
      wasDisturbed(by, startedAt) ||
      wasDisturbed(acceptedBy, acceptedAt) ||
      this.#world.isStoreDisturbed(acceptedAt - CLAIM_UNSURE_MS, startedAt);
    this.#world.check("D2", isAllowed, () => `${this.endpoint.url} got ${id} twice`);
  }

  #checkOrder(logged: Logged): void {
    const last = this.#last.get(logged.life) ?? 0;
    const { seq } = logged.transition;
    this.#last.set(logged.life, Math.max(last, seq));
    const what = () => `${this.endpoint.url} got ${seq} of ${logged.session} after ${last}`;
    this.#world.check("D1", seq > last, what);
    for (const each of this.#log.entries) {
      if (each.life !== logged.life || !this.#isWanted(each)) continue;
      const isMissing = each.transition.seq > last && each.transition.seq < seq;
      const isSuperseded = this.#world.steady - each.at > LATEST_ONLY_AFTER_MS * 0.9;
      this.#world.check("D1", !isMissing || isSuperseded, what);
    }
  }

  #isWanted({ transition }: Logged): boolean {
    return this.endpoint.events === "all" || transition.notify.includes(this.endpoint.name);
  }

  settled({ deliveries }: Settlement): void {
    for (const { session, sessionCreatedAt, seq, status } of deliveries) {
      if (status !== "delivered") continue;
      const life = `${session} ${sessionCreatedAt}`;
      const logged = this.#log.entries.find(
        (each) => each.life === life && each.transition.seq === seq,
      );
      const arrival = logged && this.#arrivals.get(logged.id);
      if (arrival) arrival.settledAt ??= this.#world.now;
    }
  }

  /** Everything that was wanted has arrived. */
  checkEnd(): void {
    if (this.#goneAt !== null) return;
    for (const each of this.#log.settledBy(this.#world.steady)) {
      if (!this.#isWanted(each)) continue;
      const last = this.#last.get(each.life) ?? 0;
      const hasArrived = this.#arrivals.has(each.id) || last > each.transition.seq;
      this.#world.check("D1", hasArrived, () => `${each.id} never arrived at ${this.endpoint.url}`);
    }
  }
}
