/**
 * Runs one end-to-end test file, or all of them: `pnpm test:e2e [NAME] [vitest options]`, where NAME is
 * `presence` for e2e/presence.test.ts. Builds first, because these tests run what a build leaves in
 * dist. Installs nothing: it names the programs that are missing, and tests that start them fail.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

const SUFFIX = ".test.ts";

const [name, ...options] = readArguments();
const files = globSync(`e2e/*${SUFFIX}`).toSorted();
const file = `e2e/${name}${SUFFIX}`;
if (name !== undefined && !files.includes(file)) {
  const names = files.map((each) => each.slice("e2e/".length, -SUFFIX.length));
  console.error(`There is no ${file}. Choose one of: ${names.join(", ")}.`);
  process.exit(1);
}

run("node", ["scripts/test-needs.ts", "--check"]);
const build = run("pnpm", ["build"]);
if (build !== 0) process.exit(build);
const filter = name === undefined ? [] : [file];
process.exit(run("vitest", ["run", "--project", "e2e", ...filter, ...options]));

/** The name is first or absent. pnpm passes a `--` on, and vitest would ignore what follows it. */
function readArguments(): (string | undefined)[] {
  const args = process.argv.slice(2).filter((each) => each !== "--");
  return args[0]?.startsWith("-") ? [undefined, ...args] : args;
}

function run(command: string, args: readonly (string | undefined)[]): number {
  const given = args.filter((each) => each !== undefined);
  return spawnSync(command, given, { stdio: "inherit" }).status ?? 1;
}
