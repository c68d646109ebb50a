/**
 * What a seed decides before the run: how many collectors, on which kind of store, which accounts with which
 * settings, and which kinds of faults. Not every run has every kind, because one may hide another.
 * @module
 */
import type { BindingMode } from "../core/lists.ts";
import { DEFAULT_GROUPS, RECIPE_NAMES, recipe } from "../core/recipes.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import { FAULTS, type Fault, INJECTED } from "./fault-kinds.ts";
import type { Random } from "./random.ts";

/** What may be taken out, to see that the simulation finds its absence. */
export const FIXES = ["step", "skew", "silent-way"] as const;
export type Fix = (typeof FIXES)[number];

export interface AccountPlan {
  readonly name: string;
  readonly binding: BindingMode;
  readonly overrides: Overrides;
  readonly triggers: readonly Trigger[];
  /** Visitors at the same time, about. */
  readonly visitors: number;
  /** Whether leases and buffers change during the run, so that verdicts are checked less exactly. */
  readonly hasChangingTimes: boolean;
  /** How long a token lasts. */
  readonly tokenMs: number;
}

export interface Plan {
  readonly collectors: number;
  /** `own`: the store has a clock, as Redis has. `keeper`: one of the collectors is it, as on SQLite. */
  readonly clock: "own" | "keeper";
  /** How long a call of the store takes, one way; 0: none is asynchronous. */
  readonly storeLatencyMs: number;
  /** How long a request takes, one way. */
  readonly networkLatencyMs: number;
  readonly faults: ReadonlySet<Fault>;
  readonly faultEveryMs: number;
  /** How long a visitor does nothing new, on average. */
  readonly patienceMs: number;
  readonly accounts: readonly AccountPlan[];
  readonly without: Fix | null;
}

export interface PlanOptions {
  readonly without?: Fix | null;
  readonly collectors?: number | undefined;
}

export function makePlan(random: Random, options: PlanOptions = {}): Plan {
  const { without = null } = options;
  const faults = new Set<Fault>(FAULTS.filter(() => random.chance(0.5)));
  if (without === "step") faults.add("wall_step");
  if (without === "step") faults.delete("skew");
  if (without === "skew") faults.add("skew");
  if (without === "silent-way") {
    for (const fault of INJECTED) faults.delete(fault);
    faults.add("way_cut");
  }
  const bindings: readonly BindingMode[] = ["token", "capability", "open"];
  const areShort = random.chance(0.75) || without === "silent-way";
  const collectors = options.collectors ?? random.int(without === "skew" ? 2 : 1, 4);
  return {
    collectors,
    clock: without === "skew" ? "own" : random.pick(["own", "keeper"]),
    // Without latency, steps are of pages and not of calls of the store.
    storeLatencyMs: without === "silent-way" ? 0 : random.pick([0, 0, 1, 2, 10]),
    networkLatencyMs: random.pick([5, 20, 100]),
    faults,
    faultEveryMs: random.pick([1_000, 3_000, 10_000]),
    patienceMs: without === "silent-way" ? 60_000 : random.pick([3_000, 8_000, 8_000, 40_000]),
    accounts: bindings.slice(0, random.int(2, 3)).map((_, index) => {
      const binding = random.pick(bindings);
      const hasChangingTimes = random.chance(0.2);
      return {
        name: `account_${index}`,
        binding,
        overrides: { ...overridesOf(random, areShort), binding },
        triggers: triggersOf(random),
        visitors: without === "silent-way" ? 25 : random.pick([2, 6, 12, 25]),
        hasChangingTimes,
        tokenMs: random.pick([90_000, 600_000, 86_400_000]),
      };
    }),
    without,
  };
}

/** Some of the recipes, perhaps one that masks the ticket of a return, and one that notifies an endpoint. */
function triggersOf(random: Random): readonly Trigger[] {
  const names = RECIPE_NAMES.filter(() => random.chance(0.3));
  const notify: Trigger = {
    name: "Notify of returns",
    enabled: true,
    all: [{ field: "session.presence", op: "changed_to", value: "online" }],
    any: [],
    actions: [{ type: "notify_webhook", value: "notified" }],
  };
  const mask: Trigger = {
    ...notify,
    name: "Mask returns",
    actions: [{ type: "set_status", value: "pending" }],
  };
  const masks = random.chance(0.2) ? [mask] : [];
  return [...names.flatMap((name) => recipe(name, DEFAULT_GROUPS[name])), ...masks, notify];
}

function overridesOf(random: Random, areShort: boolean): Overrides {
  return {
    "presence.mode": "on",
    termsAccepted: true,
    origins: ["https://shop.example"],
    ...(areShort ? shortTimes(random) : {}),
    "inactivity.seconds": random.pick([20, 60, 600]),
    ...otherSettings(random),
  };
}

/** Leases and buffers of seconds, so that much happens in little time. */
export function shortTimes(random: Random): Overrides {
  const hidden = random.int(4, 8);
  return {
    "presence.beatSeconds.waiting": random.int(2, 4),
    "presence.beatSeconds.assigned": random.int(3, 6),
    "presence.beatSeconds.idle": random.int(4, 10),
    "presence.beatSeconds.hidden": hidden,
    "presence.leaseSeconds.hidden": hidden * random.int(2, 3),
    "presence.leaseSeconds.frozen": random.int(20, 60),
    "presence.bufferSeconds": random.int(2, 8),
    "presence.closeBufferSeconds": random.int(0, 4),
    "presence.navigationBufferSeconds": random.int(3, 10),
    "presence.awayBufferSeconds": random.int(2, 12),
  };
}

/** What may change at any time without changing when a page's lease or a buffer ends. */
export function otherSettings(random: Random): Overrides {
  return {
    "inactivity.onlineHolds": random.pick(["queued", "never", "always"]),
    routing: random.pick(["messaging", "omnichannel"]),
    "capacity.countInactive": random.chance(0.3),
    "capacity.onReturn": random.pick(["exceed", "requeue"]),
    "capacity.autoRelease.enabled": random.chance(0.3),
    "capacity.autoRelease.anchor": random.pick(["end_user_response", "agent_first_reply"]),
    reopenOnResponse: random.chance(0.7),
  };
}
