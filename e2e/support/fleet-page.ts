/**
 * A page without a browser, which sends its signals to random collectors of a fleet. It records
 * when they were acknowledged, to judge later whether an offline verdict was right.
 * @module
 */
import type { CollectorFleet, SignalResponse } from "./collector-fleet.ts";
import { pause } from "./wait.ts";

const RETRY_MS = 200;
/** A page that is answered nothing for longer was held up by the machine: a collector refuses what it cannot take sooner. */
const HELD_UP_MS = 5_000;

export class FleetPage {
  readonly session: string;
  /** The responses to signals that were not accepted. */
  readonly refusals: SignalResponse[] = [];
  readonly #fleet: CollectorFleet;
  /** Accepted signals; each was applied at some instant between the two. */
  readonly #acknowledged: { readonly sentAt: number; readonly answeredAt: number }[] = [];
  /** When it was answered anything, or its connection failed. */
  readonly #answers: number[] = [];
  #seq = 0;
  #hasVanished = false;
  #leftAt = Number.POSITIVE_INFINITY;

  constructor(fleet: CollectorFleet, session: string) {
    this.#fleet = fleet;
    this.session = session;
  }

  /** Opens, and beats until the page leaves or vanishes. */
  async run(beatMs: number): Promise<void> {
    await pause(Math.random() * beatMs);
    while (!this.#hasVanished && this.#leftAt === Number.POSITIVE_INFINITY) {
      const startedAt = Date.now();
      await this.#send(() => this.#nextSignal());
      await pause(Math.max(0, startedAt + beatMs - Date.now()));
    }
  }

  /** Stops sending without a leave. */
  vanish(): void {
    this.#hasVanished = true;
  }

  /** Stops beating, and sends a leave. */
  async leave(): Promise<void> {
    this.#leftAt = Date.now();
    await this.#send(() => ({ type: "leave", to: "gone" }));
  }

  /** Whether a signal was certainly applied between the instants, and no leave was sent by then. */
  signalledBetween(after: number, before: number): boolean {
    if (before > this.#leftAt) return false;
    return this.#acknowledged.some(
      ({ sentAt, answeredAt }) => sentAt > after && answeredAt < before,
    );
  }

  /** Whether for a part of a time it neither sent nor was answered, as on a machine that stands still. */
  wasHeldUpBetween(after: number, before: number): boolean {
    const answers = this.#answers.filter((at) => at > after && at < before);
    const times = [after, ...answers, before];
    return times.some((at, index) => (times[index + 1] ?? at) - at > HELD_UP_MS);
  }

  /** The last signals up to an instant, for a report: milliseconds before it, from sending to response. */
  signalsUntil(at: string): string {
    const before = (instant: number) => Date.parse(at) - instant;
    return this.#acknowledged
      .filter(({ sentAt }) => before(sentAt) > 0)
      .slice(-3)
      .map(({ sentAt, answeredAt }) => `${before(sentAt)} to ${before(answeredAt)} ms`)
      .join(", ");
  }

  /** The longest possible time between two applied signals, up to now. */
  get maxSilenceMs(): number {
    const ends = [...this.#acknowledged.slice(1).map(({ answeredAt }) => answeredAt), Date.now()];
    return Math.max(
      0,
      ...this.#acknowledged.map(({ sentAt }, index) => (ends[index] ?? 0) - sentAt),
    );
  }

  /**
   * Every attempt has a new number, as in the SDK, in case the collector applied one without
   * responding.
   */
  #nextSignal(): object {
    const type = this.#seq === 0 ? "open" : "beat";
    this.#seq += 1;
    return { type, seq: this.#seq, visible: true, armed: false };
  }

  /** Retries until a collector accepts the signal, or the page vanishes. */
  async #send(signal: () => object): Promise<void> {
    const identity = { session: this.session, page: `page_of_${this.session}`, gen: 0 };
    while (!this.#hasVanished) {
      const sentAt = Date.now();
      const response = await this.#fleet.signal({ ...identity, ...signal() });
      const answeredAt = Date.now();
      this.#answers.push(answeredAt);
      if (response.status === 200) {
        this.#acknowledged.push({ sentAt, answeredAt });
        return;
      }
      this.refusals.push(response);
      await pause(RETRY_MS);
    }
  }
}
