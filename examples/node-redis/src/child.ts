/**
 * Processes that this one starts and ends.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface Child {
  readonly process: ChildProcess;
  /** What it had printed when it was ready. */
  readonly printed: string;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/**
 * Starts a process and waits until it prints that it is ready. `log` gets what it prints afterwards.
 * @throws {Error} with what it printed, if it ends before; with `code` `ENOENT` if it is not there.
 */
export async function startChild(
  command: string,
  args: readonly string[],
  ready: RegExp,
  log: (text: string) => void = () => {},
): Promise<Child> {
  // A group of its own: Ctrl+C reaches only the parent, which stops them in order.
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
