/**
 * A terminal of a reader who pastes commands: variables that one block exports are there in the next,
 * and servers go on in the background.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

export class Shell {
  readonly cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #state = mkdtempSync(join(tmpdir(), "stillhere-shell-"));
  readonly #background: ChildProcess[] = [];

  /** `paths` are searched for commands first, and then the folder of this process's Node. */
  constructor(cwd: string, paths: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.cwd = cwd;
    // Without the first, a nested test runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, PATH = "", ...inherited } = process.env;
    const path = [...paths, dirname(process.execPath), PATH].join(delimiter);
    this.#env = { ...inherited, ...env, PATH: path };
  }

  /** Runs a block to its end and returns what it printed; throws that if a command fails. */
  async run(text: string, cwd = this.cwd): Promise<string> {
    const variables = join(this.#state, "variables");
    const script = `[ ! -f ${variables} ] || . ${variables}\n${text}\nexport -p > ${variables}`;
    const child = this.#spawn(script, cwd);
    const output = collect(child);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`exit code ${code} of\n${text}\n${output()}`);
    return output();
  }

  /** Starts a block in the background, and returns its output once that matches. */
  async start(text: string, ready: RegExp): Promise<string> {
    const variables = join(this.#state, "variables");
    const child = this.#spawn(`[ ! -f ${variables} ] || . ${variables}\n${text}`, this.cwd);
    this.#background.push(child);
    const output = collect(child);
    await new Promise<void>((resolve, reject) => {
      const check = () => ready.test(output()) && resolve();
      child.stdout?.on("data", check);
      child.stderr?.on("data", check);
      child.once("close", (code) => reject(new Error(`ended (${code}):\n${text}\n${output()}`)));
    });
    return output();
  }

  /** Ends what runs in the background. */
  async stopBackground(): Promise<void> {
    for (const child of this.#background.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const exited = once(child, "close");
      // The whole group: a command may have started others.
      process.kill(-child.pid, "SIGKILL");
      await exited;
    }
  }

  async close(): Promise<void> {
    await this.stopBackground();
    rmSync(this.#state, { recursive: true, force: true });
  }

  #spawn(script: string, cwd: string): ChildProcess {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    return spawn("sh", ["-ec", script], { cwd, env: this.#env, detached: true, stdio: [...stdio] });
  }
}

function collect(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  return () => output;
}
