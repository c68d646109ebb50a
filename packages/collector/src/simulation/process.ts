/**
 * Machines with their clocks, and the processes on them. A process may be paused (its events wait) or die
 * (they never happen, and its memory is lost).
 * @module
 */
import type { MachineClocks } from "../engine/clock.ts";
import type { Entry, Scheduler } from "./scheduler.ts";

/** The epoch milliseconds of the simulation's beginning, by a right clock. */
export const START = 1_700_000_000_000;

/** More than clocks differ that are not adjusted, and less than the smallest step. */
const SETTLED_MS = 1_500;

export interface MachineOptions {
  /** How far the wall clock is ahead of the true time. */
  readonly skewMs: number;
  /** The monotonic clock at the beginning. */
  readonly monoMs: number;
  /** How many millionths too fast both clocks run. */
  readonly driftPpm: number;
  readonly boot: string;
}

export class Machine implements MachineClocks {
  readonly processes = new Set<SimulatedProcess>();
  boot: string;
  readonly sharesSuspended = true;
  skewMs: number;
  /** Until then no collector may have noticed the last step; where none does, it is taken for an outage. */
  unsettledUntil = Number.NEGATIVE_INFINITY;
  /** Until then nothing starts on it. */
  bootsUntil = Number.NEGATIVE_INFINITY;
  readonly #scheduler: Scheduler;
  #monoMs: number;
  readonly #rate: number;
  #suspendedMs = 0;
  #suspendedFrom: number | null = null;

  constructor(scheduler: Scheduler, { skewMs, monoMs, driftPpm, boot }: MachineOptions) {
    this.#scheduler = scheduler;
    this.skewMs = skewMs;
    this.#monoMs = monoMs;
    this.#rate = 1 + driftPpm / 1e6;
    this.boot = boot;
  }

  mono(): number {
    const now = this.#suspendedFrom ?? this.#scheduler.now;
    return this.#monoMs + (now - this.#suspendedMs) * this.#rate;
  }

  wall(): number {
    return START + this.#scheduler.now * this.#rate + this.skewMs;
  }

  suspended(): number {
    return this.#suspendedMs;
  }

  /** Sets the wall clock. */
  step(byMs: number): void {
    this.skewMs += byMs;
    this.unsettledUntil = this.#scheduler.now + 10_000;
  }

  /** Collectors have broadcast a step by which the time is `time`. */
  noticed(time: number): void {
    if (Math.abs(this.wall() - time) < SETTLED_MS) this.unsettledUntil = Number.NEGATIVE_INFINITY;
  }

  /** Boots again: its monotonic clock begins at 0, and nothing of its processes is left. */
  reboot(forMs: number): void {
    this.bootsUntil = this.#scheduler.now + forMs;
    this.boot = `${this.boot}+`;
    this.#monoMs -= this.mono();
  }

  get isSuspended(): boolean {
    return this.#suspendedFrom !== null;
  }

  /** Suspends the machine: its monotonic clock stands still, and its timers come later by as much. */
  suspend(forMs: number): void {
    const from = this.#scheduler.now;
    this.#suspendedFrom = from;
    for (const process of this.processes) process.pause();
    this.#scheduler.after(forMs, null, () => {
      this.#suspendedFrom = null;
      this.#suspendedMs += this.#scheduler.now - from;
      for (const process of this.processes) process.resume(this.#scheduler.now - from);
    });
  }
}

export class SimulatedProcess {
  readonly name: string;
  readonly machine: Machine;
  isDead = false;
  /** When it last could not run as it should: it was paused, or the store failed it. */
  disturbedAt = Number.NEGATIVE_INFINITY;
  readonly #scheduler: Scheduler;
  readonly #waiting: Entry[] = [];
  #pauses = 0;

  constructor(scheduler: Scheduler, name: string, machine: Machine) {
    this.#scheduler = scheduler;
    this.name = name;
    this.machine = machine;
    machine.processes.add(this);
    if (machine.isSuspended) this.pause();
  }

  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  pause(): void {
    this.#pauses += 1;
    this.disturbedAt = this.#scheduler.now;
  }

  /** What was due meanwhile happens now, or `lateMs` after it was due. */
  resume(lateMs = 0): void {
    this.#pauses -= 1;
    this.disturbedAt = this.#scheduler.now;
    if (this.#pauses > 0) return;
    for (const entry of this.#waiting.splice(0)) {
      this.#scheduler.reschedule(entry, Math.max(this.#scheduler.now, entry.at + lateMs));
    }
  }

  kill(): void {
    this.isDead = true;
    this.machine.processes.delete(this);
  }

  /** Keeps an event for later; false: the process runs. */
  keepWhilePaused(entry: Entry): boolean {
    if (!this.isPaused) return false;
    this.#waiting.push(entry);
    return true;
  }
}
