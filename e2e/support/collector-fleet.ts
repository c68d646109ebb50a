/**
 * Several collectors on one store, of which any takes anything.
 * @module
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Running, start } from "./process.ts";
import { pause } from "./wait.ts";

const COMMAND = fileURLToPath(
  new URL("../../packages/collector/dist/cli/main.js", import.meta.url),
);

/** As the SDK has it. */
const SIGNAL_WITHIN_MS = 10_000;

interface Member {
  readonly url: string;
  running: Running;
}

/** How a signal was answered. */
export interface Answer {
  /** 0: not at all. */
  readonly status: number;
  /** The problem's code; empty where there was none. */
  readonly code: string;
}

export class CollectorFleet {
  readonly members: readonly Member[];
  readonly secret: string;
  readonly #store: string;
  readonly #publishable: string;

  private constructor(members: readonly Member[], store: string, printed: string) {
    this.members = members;
    this.#store = store;
    this.#publishable = /pk_[\w-]+/.exec(printed)?.[0] ?? "";
    this.secret = /sk_[\w-]+/.exec(printed)?.[0] ?? "";
  }

  static async start(store: string, size: number): Promise<CollectorFleet> {
    const members: Member[] = [];
    let printed = "";
    while (members.length < size) {
      const running = await run(store, 0);
      printed += running.output();
      members.push({ url: running.match[1] ?? "", running });
    }
    return new CollectorFleet(members, store, printed);
  }

  /** Kills one as a crash would, and starts it anew after a while. */
  async crash(index: number, awayMs: number): Promise<void> {
    const member = this.members[index % this.members.length] as Member;
    await member.running.kill();
    await pause(awayMs);
    await this.#restart(member);
  }

  /** Ends one after the other in order, and starts it anew: an upgrade. */
  async roll(): Promise<void> {
    for (const member of this.members) {
      const ended = once(member.running.child, "exit");
      member.running.child.kill("SIGTERM");
      await ended;
      await this.#restart(member);
    }
  }

  /** Kills them all as a crash would. */
  async stop(): Promise<void> {
    await Promise.all(this.members.map(({ running }) => running.kill()));
  }

  /** Starts all of them again. */
  async restart(): Promise<void> {
    await Promise.all(this.members.map((member) => this.#restart(member)));
  }

  async #restart(member: Member): Promise<void> {
    member.running = await run(this.#store, Number(new URL(member.url).port));
  }

  /** Where any of them listens. */
  anyUrl(): string {
    const place = Math.floor(Math.random() * this.members.length);
    return this.members[place]?.url ?? "";
  }

  /** Asks one collector after another until one answers without trouble of its own. */
  async ask<T>(method: string, path: string, body?: unknown, withinMs = 30_000): Promise<T> {
    const headers = {
      Authorization: `Bearer ${this.secret}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const deadline = Date.now() + withinMs;
    for (;;) {
      const response = await fetch(`${this.anyUrl()}${path}`, { method, headers, ...given }).catch(
        () => null,
      );
      // A collector that is killed now may have sent only the beginning of its answer.
      const text = await response?.text().catch(() => null);
      if (response?.ok && typeof text === "string") return JSON.parse(text) as T;
      if (response && response.status >= 400 && response.status < 500) throw new Error(`${text}`);
      if (Date.now() > deadline) throw new Error(`${method} ${path}: ${text}`);
      await pause(50);
    }
  }

  /** One signal to one collector, whichever. */
  async signal(body: object): Promise<Answer> {
    try {
      const response = await fetch(`${this.anyUrl()}/v1/signals`, {
        method: "POST",
        body: JSON.stringify({ v: 1, key: this.#publishable, ...body }),
        signal: AbortSignal.timeout(SIGNAL_WITHIN_MS),
      });
      const { code = "" } = (await response.json()) as { code?: string };
      return { status: response.status, code };
    } catch {
      return { status: 0, code: "" };
    }
  }
}

function run(store: string, port: number) {
  const args = ["serve", "--port", String(port), "--store", store, "--allow-private-webhooks"];
  return start(process.execPath, [COMMAND, ...args], /listens at (http:\S+)/);
}
