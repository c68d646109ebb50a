/**
 * `pnpm dev`: the demo (collector, shop and console), rebuilt and restarted as files change. Data, keys
 * and addresses stay the same over restarts (.stillhere). PORT chooses the collector's port; the shop has
 * the next one. Options such as `--inspect` go to the collector's Node.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

interface Tool {
  readonly name: string;
  readonly folder: string;
  readonly command: readonly [string, ...string[]];
  /** The line that follows a build without errors. */
  readonly built?: RegExp;
}

/** Colours of the terminal, one for each tool's prefix. */
const COLOURS = [36, 33, 35, 32, 34];
const NAME_WIDTH = 9;

const ROLLUP = ["rollup", "--watch", "--no-watch.clearScreen", "--config"] as const;
const ROLLUP_BUILT = /waiting for changes/;

const SDK: Tool = {
  name: "sdk",
  folder: "packages/sdk",
  command: [...ROLLUP, "rollup.config.js"],
  built: ROLLUP_BUILT,
};

const CONSOLE: Tool = {
  name: "console",
  folder: "packages/collector",
  command: [...ROLLUP, "src/console/rollup.config.js"],
  built: ROLLUP_BUILT,
};

/** The demo runs a copy of the built shop. */
const SHOP: Tool = {
  name: "shop",
  folder: "examples/shop",
  command: [
    ...ROLLUP,
    "rollup.config.js",
    "--watch.onEnd",
    "node ../../packages/collector/scripts/copy-demo-shop.ts",
  ],
  built: ROLLUP_BUILT,
};

const COLLECTOR: Tool = {
  name: "collector",
  folder: "packages/collector",
  command: ["tsc", "--watch", "--preserveWatchOutput", "--project", "tsconfig.json"],
  built: /Found 0 errors/,
};

/** Restarts at every change of what the builds leave, and stops itself in order before that. */
const DEMO: Tool = {
  name: "demo",
  folder: ".",
  command: [
    process.execPath,
    "--watch-path=packages/collector/dist",
    "--watch-path=packages/sdk/dist",
    "--watch-preserve-output",
    ...process.argv.slice(2),
    "packages/collector/dist/cli/main.js",
    "demo",
  ],
};

const running: ChildProcess[] = [];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);

// The others read the SDK's build. The demo waits for all of them: a build in progress would restart it.
await start(SDK);
await Promise.all([CONSOLE, SHOP, COLLECTOR].map(start));
await start(DEMO);

/** Starts a tool and resolves after its first build. */
function start({ name, folder, command: [command, ...args], built }: Tool): Promise<void> {
  const colour = COLOURS[running.length % COLOURS.length];
  const prefix = `\x1b[${colour}m${name.padEnd(NAME_WIDTH)}\x1b[0m │ `;
  // In a process group of its own: the terminal's Ctrl-C reaches this process alone, which stops the rest.
  const child = spawn(command, args, {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (line.trim() !== "") console.log(prefix + line);
        if (built?.test(line)) resolve();
      });
    }
    child.once("error", (error) => console.log(prefix + error.message));
    child.once("exit", (code) => console.log(`${prefix}ended (${code ?? child.signalCode})`));
    if (!built) resolve();
  });
}

async function stop(): Promise<void> {
  await Promise.all(
    running.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    }),
  );
  process.exit(0);
}
