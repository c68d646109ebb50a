/**
 * Child processes of a test, with their output and a way to kill them.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

export interface Ended {
  /** The exit code; `null` if a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** For what never ends. */
const MAX_RUN_MS = 240_000;

/** Runs a process to its end. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  { cwd, env = process.env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const child = spawn(command, args, {
    ...(cwd && { cwd }),
    env,
    timeout: MAX_RUN_MS,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { status, stdout, stderr };
}

export interface Running {
  readonly child: ChildProcess;
  /** Everything that the process has printed so far. */
  output(): string;
  /** Kills the process (SIGKILL) and waits for its exit. */
  kill(): Promise<void>;
}

/**
 * Starts a process and waits until its output matches; throws the output if it exits before that.
 */
export async function start(
  command: string,
  args: readonly string[],
  ready: RegExp,
  env: Readonly<Record<string, string>> = {},
  cwd = process.cwd(),
): Promise<Running & { readonly match: RegExpExecArray }> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
  let output = "";
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const found = ready.exec(output);
      if (found) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    // After "exit" there may still be output to read.
    child.once("close", (code) => reject(new Error(`${command} ended (${code}): ${output}`)));
  });
  return {
    child,
    match,
    output: () => output,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
