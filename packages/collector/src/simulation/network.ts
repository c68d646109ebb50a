/**
 * The ways between pages or desks and collectors: they take time, lose, double and delay requests and
 * responses, and are cut for all, for one collector, or for a share of the pages.
 * @module
 */
import type { Collector, Reply } from "./collector.ts";
import type { World } from "./world.ts";

/** Who sends: its account, and a fixed number from 0 to 1 that decides which cuts concern it. */
export interface Client {
  readonly account: string;
  readonly share: number;
}

export interface Cut {
  /** `null`: all of them. */
  readonly collector: Collector | null;
  readonly account: string | null;
  /** Of the clients, this share. */
  readonly share: number;
}

/** What one copy of a request meets at a collector; called once for each copy that arrives. */
export type Visit = (collector: Collector, onEnd: (reply: Reply) => void) => void;

const REFUSED_MS = 5;
const LATE_MS = 20_000;

export class Network {
  readonly #world: World;
  readonly #collectors: readonly Collector[];
  readonly #cuts = new Set<Cut>();

  constructor(world: World, collectors: readonly Collector[]) {
    this.#world = world;
    this.#collectors = collectors;
  }

  cut(cut: Cut, forMs: number): void {
    this.#cuts.add(cut);
    this.#world.after(forMs, () => this.#cuts.delete(cut));
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** Sends a request to one of the collectors. The client itself gives up on one without a reply. */
  send(client: Client, visit: Visit, onReply: (reply: Reply) => void): void {
    const { random } = this.#world;
    const copies = this.#happens("request_doubled", 0.03) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const collector = this.#route();
      const delayMs = this.#happens("request_late", 0.01)
        ? random.int(1_000, LATE_MS)
        : random.around(this.#world.plan.networkLatencyMs);
      const isLost = this.#happens("request_lost", 0.02);
      this.#world.after(delayMs, () => {
        if (isLost || this.#isCut(client, collector)) return;
        if (!collector.isListening) {
          this.#world.after(REFUSED_MS, () => onReply({ code: "network" }));
          return;
        }
        visit(collector, (reply) => this.#respond(client, collector, reply, onReply));
      });
    }
  }

  #respond(
    client: Client,
    collector: Collector,
    reply: Reply,
    onReply: (reply: Reply) => void,
  ): void {
    const isLost = this.#happens("response_lost", 0.02);
    this.#world.after(this.#world.random.around(this.#world.plan.networkLatencyMs), () => {
      if (!isLost && !this.#isCut(client, collector)) onReply(reply);
    });
  }

  /** A balancer: it avoids collectors that do not listen, most of the time. */
  #route(): Collector {
    const { random } = this.#world;
    const listening = this.#collectors.filter(({ isListening }) => isListening);
    return random.pick(listening.length > 0 && random.chance(0.9) ? listening : this.#collectors);
  }

  #isCut(client: Client, collector: Collector): boolean {
    for (const cut of this.#cuts) {
      const isHere = cut.collector === null || cut.collector === collector;
      const isTheirs = cut.account === null || cut.account === client.account;
      if (isHere && isTheirs && client.share < cut.share) return true;
    }
    return false;
  }

  #happens(
    fault: "request_doubled" | "request_late" | "request_lost" | "response_lost",
    probability: number,
  ): boolean {
    const { plan, random, isQuiet } = this.#world;
    if (isQuiet || !plan.faults.has(fault) || !random.chance(probability)) return false;
    this.#world.fault(fault);
    return true;
  }
}
