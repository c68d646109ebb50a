/**
 * What all parts of a simulation share: the schedule, chance, the record of events, and the first
 * violation of an invariant, which ends the run.
 * @module
 */
import { EventLog } from "./event-log.ts";
import { inContext } from "./globals.ts";
import type { Plan } from "./plan.ts";
import type { SimulatedProcess } from "./process.ts";
import type { Random } from "./random.ts";
import { type Entry, Scheduler } from "./scheduler.ts";
import type { Disturbance } from "./truth.ts";

export interface Violation {
  /** As docs/invariants.md numbers it. */
  readonly invariant: string;
  readonly message: string;
  readonly step: number;
  readonly atMs: number;
}

export class World {
  readonly random: Random;
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly log = new EventLog();
  readonly faults = new Map<string, number>();
  readonly verdicts = new Map<string, number>();
  readonly checks = new Map<string, number>();
  violation: Violation | null = null;
  /** How far the collectors' steady time is ahead of the true time, as of the last heartbeat. */
  steadyAheadMs = 0;
  /** In the order of their beginning, nearly. */
  readonly disturbances: Disturbance[] = [];
  /** No more faults: what is left to do must come to its end. */
  isQuiet = false;

  constructor(random: Random, plan: Plan) {
    this.random = random;
    this.plan = plan;
    this.scheduler = new Scheduler(random);
  }

  get now(): number {
    return this.scheduler.now;
  }

  /** The collectors' steady time, from the beginning. */
  get steady(): number {
    return this.now + this.steadyAheadMs;
  }

  /** Something of the world itself happens later. */
  after(delayMs: number, run: () => unknown): Entry {
    return this.scheduler.after(delayMs, null, run);
  }

  /** Something happens in a process, as soon as it runs. */
  within(process: SimulatedProcess, run: () => unknown): void {
    this.scheduler.after(0, process, run);
  }

  /** Runs code as the world's own, outside of any process. */
  outside<T>(run: () => T): T {
    return inContext({ scheduler: this.scheduler, process: null }, run);
  }

  note(what: string): void {
    this.log.write(this.now, what);
  }

  fault(kind: string, what = ""): void {
    add(this.faults, kind);
    this.note(`fault ${kind} ${what}`);
  }

  /** From now until `to` the store does not work as it should. */
  disturb(to: number): void {
    this.disturbances.push({ from: this.now, to, isOutage: false });
  }

  isStoreDisturbed(from: number, to: number): boolean {
    return this.disturbances.some((each) => each.from <= to && each.to >= from);
  }

  verdict(kind: string): void {
    add(this.verdicts, kind);
  }

  /** Notes that an invariant was checked, and whether it held. */
  check(invariant: string, holds: boolean, message: () => string): void {
    add(this.checks, invariant);
    if (holds || this.violation) return;
    const { steps: step, now: atMs } = this.scheduler;
    this.violation = { invariant, message: message(), step, atMs };
    this.note(`VIOLATION of ${invariant}: ${this.violation.message}`);
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
