/**
 * Webhooks under faults: a real collector writes and delivers while its receiver misbehaves, and is
 * killed (`kill -9`) again and again between a commit and its delivery. Afterwards everything that was
 * committed must have arrived, each session's in order, and nothing else.
 * @module
 */
import { TestCollector, type Transition } from "./collector.ts";
import { type FailureMode, TestReceiver } from "./receiver.ts";
import { pause, until } from "./wait.ts";

const SESSIONS = 16;
const WRITE_EVERY_MS = 60;
/** Most lives are short; some are long enough for a claim of the last life to run out. */
const SHORT_LIFE_MS = 250;
const LONG_LIFE_MS = 2_300;
const LONG_EVERY = 8;
const DEAD_EVERY = 6;
const DEAD_MS = 700;
const CATCH_UP_TIMEOUT_MS = 120_000;

const FAILURE_MODES: readonly (readonly [FailureMode, number])[] = [
  ["take", 0.82],
  ["slow", 0.05],
  ["fail", 0.05],
  ["break", 0.03],
  ["take_silently", 0.03],
  ["hang", 0.02],
];

export interface FaultRunOptions {
  /** How often the collector is killed while something committed has not been delivered. */
  readonly kills: number;
  /** From 0 to 1, evenly spread. */
  readonly chance: () => number;
  readonly onKill?: (wasBetween: boolean) => void;
}

export interface FaultRunReport {
  /** Every kill, also those that met nobody waiting. */
  readonly kills: number;
  /** Kills while at least one answered commit had not reached the receiver. */
  readonly killsBetween: number;
  readonly committed: number;
  readonly arrivals: number;
  readonly forged: number;
  /** Transitions that never came. */
  readonly missing: readonly string[];
  /** Sessions some transition of which came before an earlier one. */
  readonly disordered: readonly string[];
  /** Messages that the history does not have, or has otherwise. */
  readonly invented: readonly string[];
  readonly catchUpMs: number;
}

export async function runFaults(options: FaultRunOptions): Promise<FaultRunReport> {
  const receiver = await TestReceiver.start();
  const collector = await TestCollector.start("--allow-private-webhooks");
  try {
    return await new FaultRun(collector, receiver, options).run();
  } finally {
    await collector.stop();
    await receiver.die();
  }
}

class FaultRun {
  readonly #collector: TestCollector;
  readonly #receiver: TestReceiver;
  readonly #options: FaultRunOptions;
  /** The last transition of each session that was answered for. */
  readonly #answered = new Map<string, number>();
  #isOver = false;

  constructor(collector: TestCollector, receiver: TestReceiver, options: FaultRunOptions) {
    this.#collector = collector;
    this.#receiver = receiver;
    this.#options = options;
  }

  async run(): Promise<FaultRunReport> {
    const { secret } = await this.#collector.ask<{ secret: string }>("POST", "/v1/webhooks", {
      url: this.#receiver.url,
    });
    this.#receiver.trust(secret);
    this.#receiver.failureMode = () => this.#draw();
    const writers = Array.from({ length: SESSIONS }, (_, index) => this.#write(`conv_${index}`));
    const { kills, killsBetween } = await this.#killAgainAndAgain();
    this.#isOver = true;
    await Promise.all(writers);
    this.#receiver.failureMode = () => "take";
    const startedAt = Date.now();
    const history = await this.#history();
    const arrived = () => new Set(this.#receiver.taken.map(({ id }) => id));
    const isThere = async () => {
      const ids = arrived();
      return history.every(({ id }) => ids.has(id));
    };
    // What is missing then is reported, not thrown.
    await until("everything", isThere, CATCH_UP_TIMEOUT_MS).catch(() => {});
    return {
      kills,
      killsBetween,
      committed: history.length,
      arrivals: this.#receiver.taken.length,
      forged: this.#receiver.forged,
      catchUpMs: Date.now() - startedAt,
      ...this.#compare(history),
    };
  }

  #draw(): FailureMode {
    let rest = this.#options.chance();
    for (const [manner, share] of FAILURE_MODES) {
      rest -= share;
      if (rest < 0) return manner;
    }
    return "take";
  }

  /** One transition after the other; what gets no answer may have been committed or not. */
  async #write(session: string): Promise<void> {
    for (let count = 0; !this.#isOver; count += 1) {
      await pause(WRITE_EVERY_MS * (0.5 + this.#options.chance()));
      await this.#assign(session, `agent_${count}`);
    }
  }

  async #assign(session: string, agent: string): Promise<void> {
    try {
      const body = { assignee: agent };
      const { seq } = await this.#collector.ask<{ seq: number }>(
        "PUT",
        `/v1/sessions/${session}`,
        body,
      );
      this.#answered.set(session, seq);
    } catch {
      // The collector is down.
    }
  }

  async #killAgainAndAgain(): Promise<{ kills: number; killsBetween: number }> {
    const { chance, onKill } = this.#options;
    let kills = 0;
    let killsBetween = 0;
    while (killsBetween < this.#options.kills) {
      if (kills % DEAD_EVERY === 0) {
        await this.#receiver.die();
        setTimeout(() => void this.#receiver.revive(), DEAD_MS);
      }
      const isLong = kills % LONG_EVERY === 0;
      await pause(isLong ? LONG_LIFE_MS : SHORT_LIFE_MS * 2 * chance());
      // Right after a commit was answered for, at whatever stage its delivery is.
      await this.#assign(`conv_${kills % SESSIONS}`, `killer_${kills}`);
      const wasBetween = this.#isAnyUndelivered();
      await this.#collector.kill();
      kills += 1;
      if (wasBetween) killsBetween += 1;
      onKill?.(wasBetween);
      await this.#collector.restart();
    }
    await pause(DEAD_MS);
    return { kills, killsBetween };
  }

  #isAnyUndelivered(): boolean {
    const delivered = new Map<string, number>();
    for (const { message } of this.#receiver.taken) {
      const { session, seq } = message.data;
      delivered.set(session, Math.max(seq, delivered.get(session) ?? 0));
    }
    return [...this.#answered].some(([session, seq]) => seq > (delivered.get(session) ?? 0));
  }

  async #history(): Promise<Transition[]> {
    const all: Transition[] = [];
    for (let after = "0"; ; ) {
      const page = await this.#collector.ask<{ transitions: Transition[]; cursor: string | null }>(
        "GET",
        `/v1/transitions?limit=500&after=${after}`,
      );
      all.push(...page.transitions);
      if (page.cursor === null) return all;
      after = page.cursor;
    }
  }

  #compare(history: readonly Transition[]) {
    const known = new Map(history.map((transition) => [transition.id, transition]));
    const first = new Map(this.#receiver.taken.map((arrival) => [arrival.id, arrival] as const));
    const lastSeq = new Map<string, number>();
    const seen = new Set<string>();
    const disordered = new Set<string>();
    const invented: string[] = [];
    for (const { id, message } of this.#receiver.taken) {
      const { session, seq } = message.data;
      if (JSON.stringify(known.get(id)) !== JSON.stringify(message.data)) invented.push(id);
      if (seen.has(id)) continue;
      seen.add(id);
      if (seq !== (lastSeq.get(session) ?? 0) + 1) disordered.add(session);
      lastSeq.set(session, seq);
    }
    const missing = history.filter(({ id }) => !first.has(id)).map(({ id }) => id);
    return { missing, disordered: [...disordered], invented };
  }
}
