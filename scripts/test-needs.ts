/**
 * Ensures that the programs the tests start are on the machine: Chromium and a Redis server. As root
 * on Debian it installs what is missing; elsewhere it names what is missing and fails. With `--check`
 * it installs nothing anywhere.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs by their Debian package; CHROMIUM overrides the path that the tests use. */
const NEEDS = [
  { package: "chromium", isPresent: existsSync(process.env["CHROMIUM"] ?? "/usr/bin/chromium") },
  { package: "redis-server", isPresent: isOnPath("redis-server") },
];

const missing = NEEDS.filter(({ isPresent }) => !isPresent).map((need) => need.package);
if (missing.length > 0) {
  if (process.argv.includes("--check") || !canInstall()) fail(instructions(missing));
  install(missing);
}

function isOnPath(program: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function instructions(packages: readonly string[]): string {
  const command = `apt-get install ${packages.join(" ")}`;
  const path = packages.includes("chromium") ? " Where Chromium is elsewhere, set CHROMIUM." : "";
  return `The tests need ${packages.join(" and ")}: install them (on Debian: ${command}).${path}`;
}

function install(packages: readonly string[]): void {
  console.log(`Installing what the tests need: ${packages.join(", ")}`);
  run(["update"]);
  run(["install", "--yes", "--no-install-recommends", ...packages]);
}

function run(args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync("apt-get", args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0) fail(`apt-get ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
