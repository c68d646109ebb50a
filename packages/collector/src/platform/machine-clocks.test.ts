import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { hasOwnUptime, machineClocks } from "./machine-clocks.ts";

const MODULE = fileURLToPath(new URL("machine-clocks.ts", import.meta.url));

it("gives two processes of a machine the same monotonic clock and boot", () => {
  const clocks = machineClocks();
  const before = clocks.mono();
  const script = `import { hasOwnUptime, machineClocks } from ${JSON.stringify(MODULE)};
    const { mono, suspended, boot } = machineClocks();
    console.log(JSON.stringify({ mono: mono(), suspended: suspended(), boot }));`;
  const args = ["--input-type=module-typescript", "--eval", script];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const after = clocks.mono();
  const other = JSON.parse(stdout) as { mono: number; suspended: number; boot: string };
  expect(other.mono).toBeGreaterThan(before);
  expect(other.mono).toBeLessThan(after);
  expect(other.boot).toBe(clocks.boot);
  expect(Math.abs(other.suspended - clocks.suspended())).toBeLessThan(500);
  expect(Math.abs(clocks.wall() - Date.now())).toBeLessThan(1_000);
});

it("knows a container whose uptime is its own by the mount over /proc/uptime", () => {
  const proc = "22 27 0:21 / /proc rw,relatime - proc proc rw";
  const lxcfs = "60 22 0:50 /proc/uptime /proc/uptime rw,nosuid - fuse.lxcfs lxcfs rw";
  expect(hasOwnUptime(`${proc}\n`)).toBe(false);
  expect(hasOwnUptime(`${proc}\n${lxcfs}\n`)).toBe(true);
});
