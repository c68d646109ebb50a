/**
 * The clocks of this machine. `process.hrtime` reads `CLOCK_MONOTONIC`, which all processes of a boot
 * share; `performance.now()` is the same clock, read faster.
 * @module
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import type { MachineClocks } from "../engine/clock.ts";

export function machineClocks(): MachineClocks {
  const origin = originOf();
  const mono = () => origin + performance.now();
  return {
    mono,
    wall: () => Date.now(),
    // The uptime includes suspensions (`CLOCK_BOOTTIME`).
    suspended: () => uptime() * 1_000 - mono(),
    boot: bootName(),
    sharesSuspended: !hasOwnUptime(readMounts()),
  };
}

/** Whether a mount (of lxcfs) replaces the uptime by that of the container. */
export function hasOwnUptime(mountinfo: string): boolean {
  return mountinfo.split("\n").some((line) => line.split(" ")[4] === "/proc/uptime");
}

/** Empty where the system has no such file, and no such mounts either. */
function readMounts(): string {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return "";
  }
}

/** `hrtime` in milliseconds when `performance.now()` was 0. A pause between the readings makes it lower. */
function originOf(): number {
  const readings = Array.from(
    { length: 5 },
    () => Number(process.hrtime.bigint()) / 1e6 - performance.now(),
  );
  return Math.max(...readings);
}

/**
 * Linux names each boot. A time namespace has a monotonic clock of its own. Elsewhere the name is the
 * machine's: the first start after a boot then takes the time until it for a step of the clock.
 */
function bootName(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/time")}`;
  } catch {
    return hostname();
  }
}
