/**
 * Ensures that the programs the tests start are on the machine: Chromium, Firefox, a Redis server, nginx,
 * promtool and, on Linux, systemd-analyze. As root on Debian it installs what is missing, and starts no
 * service; elsewhere it names what is missing and fails. With `--check` it installs nothing anywhere.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's init scripts start no service while this file exists and exits with 101. */
const POLICY = "/usr/sbin/policy-rc.d";

/** Programs by their Debian package; CHROMIUM and FIREFOX override the paths that the tests use. */
const NEEDS = [
  { package: "chromium", isPresent: existsSync(process.env["CHROMIUM"] ?? "/usr/bin/chromium") },
  {
    package: "firefox-esr",
    isPresent: existsSync(process.env["FIREFOX"] ?? "/usr/bin/firefox-esr"),
  },
  { package: "redis-server", isPresent: isOnPath("redis-server") },
  { package: "nginx", isPresent: isOnPath("nginx") },
  { package: "prometheus", isPresent: isOnPath("promtool") },
  // There is no systemd elsewhere; the test of its unit is skipped there.
  { package: "systemd", isPresent: process.platform !== "linux" || isOnPath("systemd-analyze") },
];

const missing = NEEDS.filter(({ isPresent }) => !isPresent).map((need) => need.package);
if (missing.length > 0) {
  if (process.argv.includes("--check") || !canInstall()) fail(instructions(missing));
  install(missing);
}

function isOnPath(program: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  // Debian has servers here, which is not on every user's path.
  folders.push("/usr/sbin");
  return folders.some((folder) => existsSync(join(folder, program)));
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function instructions(packages: readonly string[]): string {
  const command = `apt-get install ${packages.join(" ")}`;
  const path = packages.includes("chromium") ? " Where Chromium is elsewhere, set CHROMIUM." : "";
  return `The tests need ${packages.join(", ")}: install them (on Debian: ${command}).${path}`;
}

function install(packages: readonly string[]): void {
  console.log(`Installing what the tests need: ${packages.join(", ")}`);
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    run(["update"]);
    run(["install", "--yes", "--no-install-recommends", ...packages]);
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
}

function run(args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync("apt-get", args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
