import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { hasOwnUptime, machineClocks } from "./machine-clocks.ts";

/** A process that stops between the readings of two clocks takes the second one for later. */
const READINGS = 5;

const MODULE = fileURLToPath(new URL("machine-clocks.ts", import.meta.url));

it("gives two processes of a machine the same monotonic clock and boot", () => {
  const clocks = machineClocks();
  const before = clocks.mono();
  const script = `import { hasOwnUptime, machineClocks } from ${JSON.stringify(MODULE)};
    const { mono, suspended, boot } = machineClocks();
    const readings = Array.from({ length: ${READINGS} }, suspended);
    console.log(JSON.stringify({ mono: mono(), suspended: Math.max(...readings), boot }));`;
  const args = ["--input-type=module-typescript", "--eval", script];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const after = clocks.mono();
  const other = JSON.parse(stdout) as { mono: number; suspended: number; boot: string };
  expect(other.mono).toBeGreaterThan(before);
  expect(other.mono).toBeLessThan(after);
  expect(other.boot).toBe(clocks.boot);
  const suspended = Math.max(...Array.from({ length: READINGS }, clocks.suspended));
  expect(Math.abs(other.suspended - suspended)).toBeLessThan(500);
  const [earliest, wall, latest] = [Date.now(), clocks.wall(), Date.now()];
  expect(wall).toBeGreaterThanOrEqual(earliest);
  expect(wall).toBeLessThanOrEqual(latest);
});

it("knows a container whose uptime is its own by the mount over /proc/uptime", () => {
  const proc = "22 27 0:21 / /proc rw,relatime - proc proc rw";
  const lxcfs = "60 22 0:50 /proc/uptime /proc/uptime rw,nosuid - fuse.lxcfs lxcfs rw";
  expect(hasOwnUptime(`${proc}\n`)).toBe(false);
  expect(hasOwnUptime(`${proc}\n${lxcfs}\n`)).toBe(true);
});
