/**
 * Fault injection for webhooks: a real collector delivers to a failing receiver, and is killed
 * (`kill -9`) repeatedly between a commit and its delivery. Afterwards every committed transition
 * must have arrived, in order within its session, and nothing else.
 * @module
 */
import { TestCollector, type Transition } from "./collector.ts";
import { type FailureMode, TestReceiver } from "./receiver.ts";
import { pause, until } from "./wait.ts";

const SESSIONS = 16;
const WRITE_EVERY_MS = 60;
/** Most uptimes are short; some are long enough for a claim of the killed process to expire. */
const SHORT_UPTIME_MS = 250;
const LONG_UPTIME_MS = 2_300;
const LONG_UPTIME_EVERY = 8;
const RECEIVER_DOWN_EVERY = 6;
const RECEIVER_DOWN_MS = 700;
/** So many transitions are committed at least. */
const MIN_COMMITTED = 60;
const CATCH_UP_TIMEOUT_MS = 120_000;

const FAILURE_MODES: readonly (readonly [FailureMode, number])[] = [
  ["accept", 0.82],
  ["slow", 0.05],
  ["fail", 0.05],
  ["disconnect", 0.03],
  ["accept_then_disconnect", 0.03],
  ["hang", 0.02],
];

export interface FaultRunOptions {
  /** Missing: a SQLite file. */
  readonly store?: string | undefined;
  /** How often the collector is killed, at least, while a committed transition is undelivered. */
  readonly kills: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onKill?: (wasBeforeDelivery: boolean) => void;
}

export interface FaultRunReport {
  /** All kills, including those without an undelivered transition. */
  readonly kills: number;
  /** Kills while at least one acknowledged transition had not reached the receiver. */
  readonly killsBeforeDelivery: number;
  readonly committed: number;
  /** Messages that the receiver accepted, with duplicates. */
  readonly accepted: number;
  readonly invalidSignatures: number;
  /** Transitions that never arrived. */
  readonly missing: readonly string[];
  /** Sessions with a transition that arrived before an earlier one. */
  readonly outOfOrder: readonly string[];
  /** Messages that are not in the history, or differ from it. */
  readonly mismatched: readonly string[];
  readonly catchUpMs: number;
}

export async function runFaults(options: FaultRunOptions): Promise<FaultRunReport> {
  const receiver = await TestReceiver.start();
  const { store } = options;
  const collector = await TestCollector.start(
    "--allow-private-webhooks",
    ...(store === undefined ? [] : ["--store", store]),
  );
  try {
    return await new FaultRun(collector, receiver, options).run();
  } finally {
    await collector.stop();
    await receiver.close();
  }
}

class FaultRun {
  readonly #collector: TestCollector;
  readonly #receiver: TestReceiver;
  readonly #options: FaultRunOptions;
  /** The last acknowledged transition of each session. */
  readonly #acknowledged = new Map<string, number>();
  #committed = 0;
  #isStopped = false;

  constructor(collector: TestCollector, receiver: TestReceiver, options: FaultRunOptions) {
    this.#collector = collector;
    this.#receiver = receiver;
    this.#options = options;
  }

  async run(): Promise<FaultRunReport> {
    const { secret } = await this.#collector.request<{ secret: string }>("POST", "/v1/webhooks", {
      url: this.#receiver.url,
    });
    this.#receiver.setSecrets(secret);
    this.#receiver.failureMode = () => this.#pickFailureMode();
    const writers = Array.from({ length: SESSIONS }, (_, index) => this.#write(`conv_${index}`));
    const { kills, killsBeforeDelivery } = await this.#killRepeatedly();
    this.#isStopped = true;
    await Promise.all(writers);
    this.#receiver.failureMode = () => "accept";
    const startedAt = Date.now();
    const history = await this.#history();
    const arrivedIds = () => new Set(this.#receiver.accepted.map(({ id }) => id));
    const isComplete = async () => {
      const ids = arrivedIds();
      return history.every(({ id }) => ids.has(id));
    };
    // After the timeout, missing transitions are reported rather than thrown.
    await until("all transitions to arrive", isComplete, CATCH_UP_TIMEOUT_MS).catch(() => {});
    return {
      kills,
      killsBeforeDelivery,
      committed: history.length,
      accepted: this.#receiver.accepted.length,
      invalidSignatures: this.#receiver.invalidSignatures,
      catchUpMs: Date.now() - startedAt,
      ...this.#compare(history),
    };
  }

  #pickFailureMode(): FailureMode {
    let rest = this.#options.random();
    for (const [mode, share] of FAILURE_MODES) {
      rest -= share;
      if (rest < 0) return mode;
    }
    return "accept";
  }

  /** Writes one transition after the other. One without a response may or may not be committed. */
  async #write(session: string): Promise<void> {
    for (let count = 0; !this.#isStopped; count += 1) {
      await pause(WRITE_EVERY_MS * (0.5 + this.#options.random()));
      await this.#assign(session, `agent_${count}`);
    }
  }

  async #assign(session: string, agent: string): Promise<void> {
    try {
      const body = { assignee: agent };
      const { seq } = await this.#collector.request<{ seq: number }>(
        "PUT",
        `/v1/sessions/${session}`,
        body,
      );
      this.#acknowledged.set(session, seq);
      this.#committed += 1;
    } catch {
      // The collector is down.
    }
  }

  async #killRepeatedly(): Promise<{ kills: number; killsBeforeDelivery: number }> {
    const { random, onKill } = this.#options;
    let kills = 0;
    let killsBeforeDelivery = 0;
    while (killsBeforeDelivery < this.#options.kills || this.#committed <= MIN_COMMITTED) {
      if (kills % RECEIVER_DOWN_EVERY === 0) {
        await this.#receiver.close();
        setTimeout(() => void this.#receiver.reopen(), RECEIVER_DOWN_MS);
      }
      const isLong = kills % LONG_UPTIME_EVERY === 0;
      await pause(isLong ? LONG_UPTIME_MS : SHORT_UPTIME_MS * 2 * random());
      // The kill follows an acknowledged commit, whose delivery may be at any stage.
      await this.#assign(`conv_${kills % SESSIONS}`, `killer_${kills}`);
      const wasBeforeDelivery = this.#isAnyUndelivered();
      await this.#collector.kill();
      kills += 1;
      if (wasBeforeDelivery) killsBeforeDelivery += 1;
      onKill?.(wasBeforeDelivery);
      await this.#collector.restart();
    }
    await pause(RECEIVER_DOWN_MS);
    return { kills, killsBeforeDelivery };
  }

  #isAnyUndelivered(): boolean {
    const delivered = new Map<string, number>();
    for (const { message } of this.#receiver.accepted) {
      const { session, seq } = message.data;
      delivered.set(session, Math.max(seq, delivered.get(session) ?? 0));
    }
    return [...this.#acknowledged].some(([session, seq]) => seq > (delivered.get(session) ?? 0));
  }

  async #history(): Promise<Transition[]> {
    const all: Transition[] = [];
    for (let after = "0"; ; ) {
      const page = await this.#collector.request<{
        transitions: Transition[];
        cursor: string | null;
      }>("GET", `/v1/transitions?limit=500&after=${after}`);
      all.push(...page.transitions);
      if (page.cursor === null) return all;
      after = page.cursor;
    }
  }

  #compare(history: readonly Transition[]) {
    const known = new Map(history.map((transition) => [transition.id, transition]));
    const arrivedIds = new Set(this.#receiver.accepted.map(({ id }) => id));
    const lastSeq = new Map<string, number>();
    const seen = new Set<string>();
    const outOfOrder = new Set<string>();
    const mismatched: string[] = [];
    for (const { id, message } of this.#receiver.accepted) {
      const { session, seq } = message.data;
      if (JSON.stringify(known.get(id)) !== JSON.stringify(message.data)) mismatched.push(id);
      if (seen.has(id)) continue;
      seen.add(id);
      if (seq !== (lastSeq.get(session) ?? 0) + 1) outOfOrder.add(session);
      lastSeq.set(session, seq);
    }
    const missing = history.filter(({ id }) => !arrivedIds.has(id)).map(({ id }) => id);
    return { missing, outOfOrder: [...outOfOrder], mismatched };
  }
}
