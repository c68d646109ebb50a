/**
 * Several collectors on one store; any of them handles any request.
 * @module
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { type Running, start } from "./process.ts";
import { pause, until } from "./wait.ts";

const COMMAND = fileURLToPath(
  new URL("../../packages/collector/dist/cli/main.js", import.meta.url),
);

/** That of the SDK, and the time for which this process may stop. */
const SIGNAL_TIMEOUT_MS = 10_000 + 10_000;

interface Member {
  readonly url: string;
  running: Running;
}

/** The response to a signal. */
export interface SignalResponse {
  /** 0 without a response. */
  readonly status: number;
  /** The problem's code; empty if there was none. */
  readonly code: string;
}

export class CollectorFleet {
  readonly members: readonly Member[];
  readonly secret: string;
  readonly #store: string;
  readonly #publishable: string;
  /** What processes have printed that have ended. */
  #printed = "";

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
      const running = await run(store, await freePort());
      printed += running.output();
      members.push({ url: running.match[1] ?? "", running });
    }
    return new CollectorFleet(members, store, printed);
  }

  /** Kills one collector (SIGKILL), and restarts it after `downMs`. */
  async crash(index: number, downMs: number): Promise<void> {
    const member = this.members[index % this.members.length] as Member;
    await member.running.kill();
    await pause(downMs);
    await this.#restart(member);
  }

  /** Shuts down and restarts one collector after the other, as an upgrade does. */
  async rollingRestart(): Promise<void> {
    for (const member of this.members) {
      const exited = once(member.running.child, "exit");
      member.running.child.kill("SIGTERM");
      await exited;
      await this.#restart(member);
    }
  }

  /** Kills all collectors (SIGKILL). */
  async killAll(): Promise<void> {
    await Promise.all(this.members.map(({ running }) => running.kill()));
  }

  /** Starts all collectors again, on their old ports. */
  async restartAll(): Promise<void> {
    await Promise.all(this.members.map((member) => this.#restart(member)));
  }

  /** What all processes have printed so far. */
  get printed(): string {
    return [this.#printed, ...this.members.map(({ running }) => running.output())].join("");
  }

  /** Resolves once each collector has read the settings by which a signal needs no proof. */
  async untilOpen(): Promise<void> {
    const left = { session: "probe", page: "probe", gen: 0, type: "leave" };
    for (const { url } of this.members) {
      await until(
        `${url} to take signals`,
        async () => (await this.#send(url, left)).status === 200,
      );
    }
  }

  async #restart(member: Member): Promise<void> {
    this.#printed += member.running.output();
    member.running = await run(this.#store, Number(new URL(member.url).port));
  }

  /** The URL of a random collector. */
  randomUrl(): string {
    const index = Math.floor(Math.random() * this.members.length);
    return this.members[index]?.url ?? "";
  }

  /** Sends an API request, and retries on another collector until one returns no 5xx. */
  async request<T>(method: string, path: string, body?: unknown, timeoutMs = 60_000): Promise<T> {
    const headers = {
      Authorization: `Bearer ${this.secret}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const response = await fetch(`${this.randomUrl()}${path}`, {
        method,
        headers,
        ...init,
      }).catch(() => null);
      // A collector that is killed now may have sent only part of its response.
      const text = await response?.text().catch(() => null);
      if (response?.ok && typeof text === "string") return JSON.parse(text) as T;
      if (response && response.status >= 400 && response.status < 500) throw new Error(`${text}`);
      if (Date.now() > deadline) throw new Error(`${method} ${path}: ${text}`);
      await pause(50);
    }
  }

  /** Sends a signal to a random collector. */
  signal(body: object): Promise<SignalResponse> {
    return this.#send(this.randomUrl(), body);
  }

  async #send(url: string, body: object): Promise<SignalResponse> {
    try {
      const response = await fetch(`${url}/v1/signals`, {
        method: "POST",
        body: JSON.stringify({ v: 1, key: this.#publishable, ...body }),
        signal: AbortSignal.timeout(SIGNAL_TIMEOUT_MS),
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
