/**
 * Child processes, with their output and an orderly stop.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface Child {
  readonly process: ChildProcess;
  /** The output up to the time it was ready. */
  readonly printed: string;
  /** Sends SIGTERM, and waits for the exit. */
  stop(): Promise<void>;
}

/**
 * Starts a process and waits until its output matches `ready`. `log` receives later output.
 * @throws {Error} with the output if it exits before, or with `code` `ENOENT` if it does not exist
 */
export async function startChild(
  command: string,
  args: readonly string[],
  ready: RegExp,
  log: (text: string) => void = () => {},
): Promise<Child> {
  // A separate process group, so that Ctrl+C reaches only the parent, which stops the children in
  // order.
  const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  let isReady = false;
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      if (isReady) log(String(chunk));
      else printed += chunk;
      isReady ||= ready.test(printed);
      if (isReady) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    child.once("close", () => reject(new Error(printed.trim())));
  });
  return {
    process: child,
    printed,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
