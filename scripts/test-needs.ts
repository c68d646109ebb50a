/**
 * Sees to it that what the tests need is on the machine: Chromium and a Redis server. As
 * root on Debian it installs what is missing; elsewhere it says what is, and fails.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const NEEDS = [
  { path: "/usr/bin/chromium", package: "chromium" },
  { path: "/usr/bin/redis-server", package: "redis-server" },
];

const missing = NEEDS.filter(({ path }) => !existsSync(path));
if (missing.length > 0) provide(missing.map((need) => need.package));

function provide(packages: readonly string[]): void {
  const canInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (!canInstall) {
    fail(
      `The tests need ${packages.join(" and ")}: install them (on Debian: apt-get install ${packages.join(" ")}).`,
    );
  }
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
