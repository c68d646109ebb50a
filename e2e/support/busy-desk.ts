/**
 * A help desk whose conversations change all the time, through the collector's API.
 * @module
 */
import type { TestCollector } from "./collector.ts";
import { AGENTS, TOPICS, VISITORS } from "./sample/shop.ts";
import { pause } from "./wait.ts";

/** What happens to a conversation, one after the other: each is one entry of the log, and brings it to another group. */
const CYCLE = ["assigned", "pending", "open", "unassigned"] as const;
type Step = (typeof CYCLE)[number];

/** Of five conversations one is over, and the others are at each step of the cycle. */
const KINDS = CYCLE.length + 1;

const AT_THE_SAME_TIME = 20;

export class BusyDesk {
  readonly #collector: TestCollector;
  readonly #sessions: number;
  /** How many changes each conversation had. */
  readonly #steps = new Map<number, number>();
  #next = 0;
  #changes = 0;

  constructor(collector: TestCollector, sessions: number) {
    this.#collector = collector;
    this.#sessions = sessions;
  }

  /** How many changes the collector has committed and answered. */
  get changes(): number {
    return this.#changes;
  }

  /** One in five waits, two are with an agent, one has a ticket at rest, and one is over. */
  async fill(): Promise<void> {
    // No conversation changes by itself while it is measured.
    await this.#collector.request("PATCH", "/v1/settings", { "inactivity.seconds": 2_592_000 });
    for (const { name } of AGENTS) {
      await this.#collector.request("PUT", `/v1/agents/${encodeURIComponent(name)}`, {
        capacity: 1_000,
      });
    }
    let begun = 0;
    const begin = async () => {
      while (begun < this.#sessions) {
        begun += 1;
        await this.#begin(begun - 1);
      }
    };
    await Promise.all(Array.from({ length: AT_THE_SAME_TIME }, begin));
  }

  /** Makes a fixed number of changes a second until it is stopped. Where it is late it makes those that are missing together. */
  async run(changesPerSecond: number, stopped: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    const running = new Set<Promise<void>>();
    for (let begun = 0; !stopped.aborted; ) {
      const due = ((performance.now() - startedAt) / 1_000) * changesPerSecond;
      for (; begun < due; begun += 1) {
        const change = this.change().finally(() => running.delete(change));
        running.add(change);
      }
      await pause(5);
    }
    await Promise.all(running);
  }

  /** Changes the next conversation. */
  async change(): Promise<void> {
    let number = this.#next;
    do number = (number + 7) % this.#sessions;
    while (isOver(number));
    this.#next = number;
    const step = (number % KINDS) + (this.#steps.get(number) ?? 0);
    this.#steps.set(number, (this.#steps.get(number) ?? 0) + 1);
    await this.#report(number, CYCLE[step % CYCLE.length] as Step);
    this.#changes += 1;
  }

  async #begin(number: number): Promise<void> {
    const topic = TOPICS[number % TOPICS.length];
    const user = `${VISITORS[number % VISITORS.length]} ${number}`;
    // As where a help desk has half of them.
    const ticket = { id: number % 2 === 0 ? String(48_000 + number) : undefined, ...topic };
    await this.#collector.request("PUT", `/v1/sessions/${idOf(number)}`, { user, ticket });
    await this.#send(number, { type: "end_user_message" });
    if (isOver(number)) return this.#send(number, { type: "session_ended", by: "agent" });
    for (const step of CYCLE.slice(0, number % KINDS)) await this.#report(number, step);
  }

  #report(number: number, step: Step): Promise<void> {
    switch (step) {
      case "assigned":
        return this.#send(number, { type: step, agent: AGENTS[number % AGENTS.length]?.name });
      case "unassigned":
        return this.#send(number, { type: step });
      case "pending":
      case "open":
        return this.#send(number, { type: "ticket_updated", status: step });
    }
  }

  async #send(number: number, event: object): Promise<void> {
    await this.#collector.request("POST", `/v1/sessions/${idOf(number)}/events`, event);
  }
}

const isOver = (number: number) => number % KINDS === CYCLE.length;

function idOf(number: number): string {
  return `conv_${10_000 + number}`;
}
