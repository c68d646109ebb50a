/**
 * Several collectors on one store, and visitors without a browser who report to any of them.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Transition } from "./collector.ts";
import { type Running, start } from "./process.ts";
import { pause } from "./wait.ts";

const COMMAND = fileURLToPath(
  new URL("../../packages/collector/dist/cli/main.js", import.meta.url),
);

interface Member {
  readonly url: string;
  running: Running;
}

/** A transition, and how long after its instant somebody who follows the log had it. */
export interface Told {
  readonly transition: Transition;
  readonly lateMs: number;
}

export class Fleet {
  readonly members: readonly Member[];
  readonly #store: string;
  readonly #publishable: string;
  readonly #secret: string;

  private constructor(members: readonly Member[], store: string, printed: string) {
    this.members = members;
    this.#store = store;
    this.#publishable = /pk_[\w-]+/.exec(printed)?.[0] ?? "";
    this.#secret = /sk_[\w-]+/.exec(printed)?.[0] ?? "";
  }

  static async start(store: string, size: number): Promise<Fleet> {
    const members: Member[] = [];
    let printed = "";
    while (members.length < size) {
      const running = await run(store, 0);
      printed += running.output();
      members.push({ url: running.match[1] ?? "", running });
    }
    return new Fleet(members, store, printed);
  }

  /** Kills one as a crash would, and starts it anew after a while. */
  async crash(index: number, awayMs: number): Promise<void> {
    const member = this.members[index % this.members.length] as Member;
    await member.running.kill();
    await pause(awayMs);
    member.running = await run(this.#store, Number(new URL(member.url).port));
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map(({ running }) => running.kill()));
  }

  /** Asks one collector after another until one answers without trouble of its own. */
  async ask<T>(method: string, path: string, body?: unknown, withinMs = 10_000): Promise<T> {
    const headers = {
      Authorization: `Bearer ${this.#secret}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const deadline = Date.now() + withinMs;
    for (let turn = Math.floor(Math.random() * 100); ; turn += 1) {
      const { url } = this.members[turn % this.members.length] as Member;
      const response = await fetch(`${url}${path}`, { method, headers, ...given }).catch(
        () => null,
      );
      if (response?.ok) return (await response.json()) as T;
      if (response && response.status < 500) throw new Error(await response.text());
      if (Date.now() > deadline) throw new Error(`${method} ${path}: ${await response?.text()}`);
      await pause(20);
    }
  }

  /** One signal to one collector, whichever; the answer's status, 0: there was none. */
  async signal(body: object): Promise<number> {
    const place = Math.floor(Math.random() * this.members.length);
    const { url } = this.members[place] as Member;
    const response = await fetch(`${url}/v1/signals`, {
      method: "POST",
      body: JSON.stringify({ v: 1, key: this.#publishable, ...body }),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => null);
    await response?.arrayBuffer().catch(() => {});
    return response?.status ?? 0;
  }

  /** Follows the account's log from its beginning, until told to stop. */
  async follow(stop: AbortSignal): Promise<readonly Told[]> {
    const told: Told[] = [];
    for (let after = "0"; ; ) {
      const path = `/v1/transitions?limit=500&after=${after}`;
      const page = await this.ask<{ transitions: Transition[]; cursor: string | null }>(
        "GET",
        path,
        undefined,
        30_000,
      );
      const now = Date.now();
      for (const transition of page.transitions) {
        told.push({ transition, lateMs: now - Date.parse(transition.at) });
      }
      const last = page.transitions.at(-1);
      after = page.cursor ?? last?.id ?? after;
      if (page.cursor !== null) continue;
      if (stop.aborted) return told;
      await pause(100);
    }
  }
}

/** A visitor's page: opens, beats until it is lost, and tries again where nobody took its signal. */
export class Page {
  readonly session: string;
  readonly #fleet: Fleet;
  #seq = 0;
  #isLost = false;
  /** Statuses other than 200 that it was answered with. */
  readonly refusals: number[] = [];
  /** The longest that nobody may have heard of it: from a signal sent to the next one answered. */
  silenceMs = 0;
  #sentAt = Number.POSITIVE_INFINITY;

  constructor(fleet: Fleet, session: string) {
    this.#fleet = fleet;
    this.session = session;
  }

  async live(beatMs: number): Promise<void> {
    await pause(Math.random() * beatMs);
    while (!this.#isLost) {
      const startedAt = Date.now();
      await this.#report();
      await pause(Math.max(0, startedAt + beatMs - Date.now()));
    }
  }

  /** Nothing more comes, and nobody is told. */
  lose(): void {
    this.#isLost = true;
  }

  async #report(): Promise<void> {
    this.#seq += 1;
    const type = this.#seq === 1 ? "open" : "beat";
    const body = {
      ...{ session: this.session, page: `page_of_${this.session}`, gen: 0, seq: this.#seq },
      ...{ type, visible: true, armed: false },
    };
    while (!this.#isLost) {
      const sentAt = Date.now();
      const status = await this.#fleet.signal(body);
      if (status === 200) {
        this.silenceMs = Math.max(this.silenceMs, Date.now() - this.#sentAt);
        this.#sentAt = sentAt;
        return;
      }
      this.refusals.push(status);
      await pause(100);
    }
  }
}

function run(store: string, port: number) {
  const args = [COMMAND, "serve", "--port", String(port), "--store", store];
  return start(process.execPath, args, /listens at (http:\S+)/);
}
