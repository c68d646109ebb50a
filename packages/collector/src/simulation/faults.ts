/**
 * What each kind of fault does, and the source that injects them while the run lasts.
 * @module
 */
import type { Collector } from "./collector.ts";
import { INJECTED, type InjectedFault } from "./fault-kinds.ts";
import type { Parts } from "./parts.ts";

/** A fault that begins at an instant, at one of the collectors where it is a collector's. */
type Injector = (parts: Parts, collector: Collector, lastsMs: number) => void;

const STEPS_MS = [-3_600_000, -600_000, -30_000, -2_000, 2_000, 30_000, 600_000, 3_600_000];

const INJECTORS = {
  collector_crash({ world, collectors }, collector, lastsMs) {
    const crashed = world.random.chance(0.2) ? collectors : [collector];
    for (const each of crashed) each.crash(world.random.chance(0.3) ? 0 : lastsMs);
    world.fault("collector_crash", crashed.map(({ name }) => name).join(" "));
  },
  collector_pause({ world }, collector, lastsMs) {
    collector.pause(lastsMs);
    world.fault("collector_pause", `${collector.name} ${lastsMs}`);
  },
  machine_suspend({ world, collectors }, { machine, name }, lastsMs) {
    if (machine.isSuspended) return;
    machine.suspend(lastsMs);
    world.fault("machine_suspend", `${name} ${lastsMs}`);
    if (!world.random.chance(0.2)) return;
    // Who starts then has noticed nothing of the suspension.
    world.fault("machine_resumes_empty", name);
    world.after(lastsMs, () => {
      for (const each of collectors) if (each.machine === machine) each.crash(0);
    });
  },
  machine_reboot({ world, collectors }, { machine, name }, lastsMs) {
    if (machine.isSuspended) return;
    const bootMs = 8_000 + lastsMs;
    for (const each of collectors) if (each.machine === machine) each.crash(bootMs);
    machine.reboot(bootMs);
    world.fault("machine_reboot", `${name} ${bootMs}`);
  },
  wall_step({ world }, { machine, name }) {
    const byMs = world.random.pick(STEPS_MS);
    machine.step(byMs);
    world.fault("wall_step", `${name} ${byMs}`);
  },
  server_step({ world, store, collectors }) {
    if (!collectors.every((each) => each.isListening)) return;
    const byMs = world.random.pick(STEPS_MS);
    store.machine.step(byMs);
    world.fault("server_step", `${byMs}`);
  },
  store_error({ world, store }, _, lastsMs) {
    world.fault("store_errors", `${lastsMs}`);
    world.disturb(world.now + lastsMs);
    store.errorRate = 0.05;
    world.after(lastsMs, () => Object.assign(store, { errorRate: 0 }));
  },
  store_lost_ack({ world, store }, _, lastsMs) {
    world.fault("store_lost_acks", `${lastsMs}`);
    world.disturb(world.now + lastsMs);
    store.lostAckRate = 0.03;
    world.after(lastsMs, () => Object.assign(store, { lostAckRate: 0 }));
  },
  store_slow({ world, store }, _, lastsMs) {
    const slowMs = world.random.pick([50, 300, 1_500]);
    world.fault("store_slow", `${slowMs} ${lastsMs}`);
    world.disturb(world.now + lastsMs);
    store.slowMs = slowMs;
    world.after(lastsMs, () => Object.assign(store, { slowMs: 0 }));
  },
  store_down({ world, store }, _, lastsMs) {
    store.downUntil = Math.max(store.downUntil, world.now + lastsMs);
    world.disturb(store.downUntil);
    world.fault("store_down", `${lastsMs}`);
  },
  store_cut({ world, store }, { process, name }, lastsMs) {
    if (!process) return;
    store.cutOff.add(process);
    world.after(lastsMs, () => store.cutOff.delete(process));
    world.fault("store_cut", `${name} ${lastsMs}`);
  },
  way_cut({ world, network }, _, lastsMs) {
    const cutMs = lastsMs * world.random.pick([1, 2, 3]);
    network.cut({ collector: null, account: null, share: 1 }, cutMs);
    world.fault("way_cut", `${cutMs}`);
  },
  way_cut_collector({ world, network }, collector, lastsMs) {
    network.cut({ collector, account: null, share: 1 }, lastsMs);
    world.fault("way_cut_collector", `${collector.name} ${lastsMs}`);
  },
  way_cut_share({ world, network, accounts }, _, lastsMs) {
    const account = world.random.pick(accounts).name;
    const share = world.random.pick([0.2, 0.5, 1]);
    network.cut({ collector: null, account, share }, lastsMs);
    world.fault("way_cut_share", `${account} ${share} ${lastsMs}`);
  },
  receiver({ world, receivers }) {
    world.random.pick(receivers).misbehave();
  },
  stream_break({ world, readers }) {
    world.random.pick(readers).break();
  },
  settings_change({ world, accounts }) {
    world.random.pick(accounts).changeSettings();
  },
  mode_change({ world, accounts }) {
    world.random.pick(accounts).changeMode();
  },
  erase({ world, accounts }) {
    world.random.pick(accounts).eraseOne();
  },
  merge({ world, accounts }) {
    world.random.pick(accounts).mergeTwo();
  },
  flood({ world, accounts }) {
    world.random.pick(accounts).flood();
  },
} satisfies Record<InjectedFault, Injector>;

export function startFaults(parts: Parts): void {
  const { world, collectors } = parts;
  const { plan, random } = world;
  const kinds = INJECTED.filter((kind) => plan.faults.has(kind));
  if (kinds.length === 0) return;
  const next = () => {
    world.after(random.around(plan.faultEveryMs), () => {
      if (world.isQuiet) return;
      // Mostly shorter than an outage, sometimes much longer.
      const lastsMs = random.pick([500, 2_000, 4_000, 8_000, 20_000]) + random.int(0, 2_000);
      const inject: Injector = INJECTORS[random.pick(kinds)];
      inject(parts, random.pick(collectors), lastsMs);
      next();
    });
  };
  next();
}
