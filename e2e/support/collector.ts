/**
 * A real collector: the built command on an SQLite file, used only through its HTTP API.
 * @module
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./ports.ts";
import { type Running, start } from "./process.ts";

const COMMAND = fileURLToPath(
  new URL("../../packages/collector/dist/cli/main.js", import.meta.url),
);

export interface Keys {
  readonly publishable: string;
  readonly secret: string;
}

export interface Transition {
  readonly id: string;
  readonly seq: number;
  readonly session: string;
  readonly sessionCreatedAt: string;
  readonly at: string;
  readonly cause: string;
  readonly from: { state: string; reason: string | null; presence: string };
  readonly to: { state: string; reason: string | null; presence: string };
  readonly triggers: string[];
}

export class TestCollector {
  readonly url: string;
  readonly keys: Keys;
  readonly folder: string;
  /** Signs session tokens. */
  readonly tokenSecret: string;
  readonly #options: readonly string[];
  #running: Running;

  private constructor(
    url: string,
    keys: Keys,
    folder: string,
    options: readonly string[],
    running: Running,
  ) {
    this.url = url;
    this.keys = keys;
    this.folder = folder;
    this.#options = options;
    this.#running = running;
    this.tokenSecret = /ts_[\w-]+/.exec(running.output())?.[0] ?? "";
  }

  get pid(): number {
    return this.#running.child.pid ?? 0;
  }

  /** What the process has written so far. */
  get output(): string {
    return this.#running.output();
  }

  /** `options` are those of `stillhere serve`. */
  static async start(...options: readonly string[]): Promise<TestCollector> {
    const folder = mkdtempSync(join(tmpdir(), "stillhere-"));
    const running = await run(folder, await freePort(), options);
    const output = running.output();
    const keys = {
      publishable: /pk_[\w-]+/.exec(output)?.[0] ?? "",
      secret: /sk_[\w-]+/.exec(output)?.[0] ?? "",
    };
    return new TestCollector(running.match[1] ?? "", keys, folder, options, running);
  }

  /** Restores a backup into a folder of its own, and serves it. */
  static async restore(file: string, keys: Keys): Promise<TestCollector> {
    const folder = mkdtempSync(join(tmpdir(), "stillhere-"));
    await runCommand("restore", file, "--store", storeIn(folder));
    const running = await run(folder, await freePort(), []);
    return new TestCollector(running.match[1] ?? "", keys, folder, [], running);
  }

  /** Backs up the store while the collector runs. */
  async backUp(file: string): Promise<void> {
    await runCommand("backup", file, "--store", storeIn(this.folder));
  }

  /** Puts a backup in the place of the store; the collector must not run. */
  async restoreInPlace(file: string): Promise<void> {
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(this.folder, `test.db${suffix}`), { force: true });
    }
    await runCommand("restore", file, "--store", storeIn(this.folder));
  }

  /** Kills the process (SIGKILL); the file stays. */
  async kill(): Promise<void> {
    await this.#running.kill();
  }

  /** Shuts the process down (SIGTERM) and waits for its exit. */
  async shutDown(): Promise<void> {
    const { child } = this.#running;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }

  /** Starts it again on the same file and port. */
  async restart(): Promise<void> {
    this.#running = await run(this.folder, Number(new URL(this.url).port), this.#options);
  }

  /** Suspends or resumes the process, as on a machine that stalls. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#running.child.kill(name);
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async api(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.keys.secret}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** Like {@link api}, but returns the JSON of the response; throws on an error status. */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.api(method, path, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The whole log, or what is after a transition or cursor. */
  async log(after = "0"): Promise<Transition[]> {
    const all: Transition[] = [];
    for (let cursor = after; ; ) {
      const page = await this.request<{ transitions: Transition[]; cursor: string | null }>(
        "GET",
        `/v1/transitions?limit=500&after=${encodeURIComponent(cursor)}`,
      );
      all.push(...page.transitions);
      if (page.cursor === null) return all;
      cursor = page.cursor;
    }
  }

  async history(session: string): Promise<Transition[]> {
    const page = await this.request<{ transitions: Transition[] }>(
      "GET",
      `/v1/sessions/${session}/transitions`,
    );
    return page.transitions;
  }
}

/** Runs the command to its end; throws its output if it fails. */
export async function runCommand(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [COMMAND, ...args]);
  return stdout + stderr;
}

function run(folder: string, port: number, options: readonly string[]) {
  const args = [COMMAND, "serve", "--port", String(port), "--store", storeIn(folder)];
  return start(process.execPath, [...args, ...options], /listens at (http:\S+)\s/);
}

function storeIn(folder: string): string {
  return `sqlite:${folder}/test.db`;
}
