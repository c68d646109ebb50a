/**
 * A visitor without a browser, who reports to whichever collector takes it, and remembers what can
 * have been heard of it.
 * @module
 */
import type { Answer, CollectorFleet } from "./collector-fleet.ts";
import { pause } from "./wait.ts";

const RETRY_MS = 200;

export class Page {
  readonly session: string;
  /** How its signals were answered where they were not taken. */
  readonly refusals: Answer[] = [];
  readonly #fleet: CollectorFleet;
  /** Signals that were taken: each at some instant between the two. */
  readonly #taken: { readonly sentAt: number; readonly answeredAt: number }[] = [];
  #seq = 0;
  #isLost = false;
  #triedUntil = 0;
  #leftAt = Number.POSITIVE_INFINITY;

  constructor(fleet: CollectorFleet, session: string) {
    this.#fleet = fleet;
    this.session = session;
  }

  /** Opens, and beats until it is gone. */
  async live(beatMs: number): Promise<void> {
    await pause(Math.random() * beatMs);
    while (!this.#isLost && this.#leftAt === Number.POSITIVE_INFINITY) {
      const startedAt = Date.now();
      await this.#report(() => this.#sign());
      await pause(Math.max(0, startedAt + beatMs - Date.now()));
    }
  }

  /** Nothing more comes, and nobody is told. */
  lose(): void {
    this.#isLost = true;
  }

  /** Nothing more comes, and somebody is told. */
  async leave(): Promise<void> {
    this.#leftAt = Date.now();
    await this.#report(() => ({ type: "leave", to: "gone" }));
  }

  /** Nothing of it can have been heard after this instant. */
  get triedUntil(): number {
    return this.#triedUntil;
  }

  /**
   * Whether something of it was certainly heard after the one instant and before the other, and it had
   * not said by then that it leaves.
   */
  wasHeard(after: number, before: number): boolean {
    if (before > this.#leftAt) return false;
    return this.#taken.some(({ sentAt, answeredAt }) => sentAt > after && answeredAt < before);
  }

  /** The longest that nothing of it may have been heard, up to now. */
  get silenceMs(): number {
    const ends = [...this.#taken.slice(1).map(({ answeredAt }) => answeredAt), Date.now()];
    return Math.max(0, ...this.#taken.map(({ sentAt }, index) => (ends[index] ?? 0) - sentAt));
  }

  /** Of its own number each time, as the SDK has it: what was taken without an answer is no obstacle. */
  #sign(): object {
    const type = this.#seq === 0 ? "open" : "beat";
    this.#seq += 1;
    return { type, seq: this.#seq, visible: true, armed: false };
  }

  /** Tries until somebody has taken one, or the page was lost. */
  async #report(signal: () => object): Promise<void> {
    const place = { session: this.session, page: `page_of_${this.session}`, gen: 0 };
    while (!this.#isLost) {
      const sentAt = Date.now();
      const answer = await this.#fleet.signal({ ...place, ...signal() });
      this.#triedUntil = Date.now();
      if (answer.status === 200) {
        this.#taken.push({ sentAt, answeredAt: this.#triedUntil });
        return;
      }
      this.refusals.push(answer);
      await pause(RETRY_MS);
    }
  }
}
