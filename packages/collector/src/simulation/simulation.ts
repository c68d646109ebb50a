/**
 * A run under one seed: collectors on a shared store, visitors, desks, readers and receivers, faults, and the
 * checks of docs/invariants.md while all of it goes on.
 * @module
 */
import { Accounts } from "../engine/accounts.ts";
import { Clock } from "../engine/clock.ts";
import { createKeys } from "../engine/keys.ts";
import { rateSlotOf } from "../http/rate-limit.ts";
import { transitionId } from "../http/views.ts";
import type { Settlement } from "../stores/outbox.ts";
import type { Broadcast, LeaseWrite, SessionKey, Write } from "../stores/store.ts";
import type { Post } from "../webhooks/post.ts";
import { Account } from "./account.ts";
import { Collector } from "./collector.ts";
import { CommitChecks } from "./commit-checks.ts";
import { startFaults } from "./faults.ts";
import { inContext, installGlobals, runSchedule } from "./globals.ts";
import { Limits } from "./limits.ts";
import { Network } from "./network.ts";
import type { Parts } from "./parts.ts";
import { makePlan, type PlanOptions } from "./plan.ts";
import { Machine, type SimulatedProcess, START } from "./process.ts";
import { Random } from "./random.ts";
import { Receiver } from "./receiver.ts";
import { Scheduler } from "./scheduler.ts";
import { SharedStore } from "./shared-store.ts";
import { StreamReader } from "./stream-reader.ts";
import { VerdictChecks } from "./verdict-checks.ts";
import { type Violation, World } from "./world.ts";

export interface SimulationOptions extends PlanOptions {
  readonly seed: number;
  /** After so many steps all faults end, and what is left is brought to its end. */
  readonly steps: number;
  /** Receives each line of the event log. */
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface Report {
  readonly seed: number;
  readonly plan: string;
  readonly steps: number;
  readonly simulatedMs: number;
  /** Of the event log: equal for two runs that went the same way. */
  readonly digest: string;
  readonly faults: ReadonlyMap<string, number>;
  readonly verdicts: ReadonlyMap<string, number>;
  /** How often each invariant was checked. */
  readonly checks: ReadonlyMap<string, number>;
  readonly violation: Violation | null;
  readonly lastEvents: readonly string[];
}

/** How long after the last fault everything must have come to its end. */
const QUIET_MS = 150_000;
const CHECK_EVERY_MS = 1_000;

export class Simulation implements Parts {
  readonly world: World;
  readonly store: SharedStore;
  readonly collectors: readonly Collector[];
  readonly network: Network;
  readonly accounts: readonly Account[];
  readonly receivers: readonly Receiver[];
  readonly readers: readonly StreamReader[];
  readonly checks: CommitChecks;
  readonly verdicts: VerdictChecks;
  readonly limits: Limits;
  #incarnation = "";

  constructor(world: World) {
    const { plan, random, scheduler } = world;
    this.world = world;
    this.checks = new CommitChecks(world);
    this.limits = new Limits(world);
    const machine = (boot: string) =>
      new Machine(scheduler, {
        skewMs: plan.faults.has("skew") ? random.int(-40_000, 40_000) : 0,
        monoMs: random.int(0, 1e9),
        driftPpm: plan.faults.has("drift") ? random.int(-200, 200) : 0,
        boot,
      });
    this.store = new SharedStore(world, this.#observer(), machine("store"));
    // A SQLite file is on one machine.
    const shared = machine("shared");
    this.collectors = Array.from({ length: plan.collectors }, (_, index) => {
      const name = `collector_${index}`;
      const own = plan.clock === "keeper" ? shared : machine(name);
      return new Collector(world, name, own, this.store, (by) => this.#postBy(by));
    });
    this.network = new Network(world, this.collectors);
    this.accounts = plan.accounts.map((each) => new Account(this, each, createKeys()));
    this.verdicts = new VerdictChecks(world, this.checks, this.accounts);
    this.receivers = this.accounts.flatMap((account) => [
      new Receiver(world, account.log, account.name, "all", true),
      new Receiver(world, account.log, account.name, "notified", false),
    ]);
    this.readers = this.accounts.map((account) => new StreamReader(account));
  }

  async prepare(): Promise<void> {
    const { data } = this.store;
    this.#incarnation = await data.incarnation();
    const stored = new Accounts(data, new Clock(() => START));
    for (const account of this.accounts) {
      await stored.put(account.name, { keys: account.keys });
      const { overrides, triggers } = account.plan;
      const settings = {
        type: "settings",
        account: account.name,
        at: 0,
        overrides,
        triggers,
      } as const;
      await this.store.broadcast(settings);
      await data.putAgent(account.name, { id: "agent_1", capacity: 2 });
    }
    for (const { endpoint } of this.receivers) await data.outbox.addEndpoint(endpoint, 0);
  }

  start(): void {
    for (const collector of this.collectors) collector.start();
    for (const account of this.accounts) account.start();
    for (const reader of this.readers) reader.start();
    startFaults(this);
    const check = () => {
      this.verdicts.checkAll();
      this.world.after(CHECK_EVERY_MS, check);
    };
    this.world.after(CHECK_EVERY_MS, check);
  }

  /** All faults end, and all visitors go. */
  quieten(): void {
    const { store, world } = this;
    world.note("quiet");
    world.isQuiet = true;
    Object.assign(store, { errorRate: 0, lostAckRate: 0, slowMs: 0, downUntil: world.now });
    store.cutOff.clear();
    this.network.heal();
    for (const receiver of this.receivers) receiver.recover();
    for (const { visitors } of this.accounts) for (const visitor of visitors.values()) visitor.go();
  }

  checkEnd(): void {
    this.verdicts.checkAll();
    for (const receiver of this.receivers) receiver.checkEnd();
    for (const reader of this.readers) reader.checkEnd();
    this.checks.checkEnd();
  }

  accountOf(name: string): Account | null {
    return this.accounts.find((account) => account.name === name) ?? null;
  }

  #postBy(by: SimulatedProcess): Post {
    return (...request) => {
      const receiver = this.receivers.find(({ endpoint }) => endpoint.url === request[0]);
      if (!receiver) throw new Error(`There is no receiver at ${request[0]}.`);
      return receiver.post(by, ...request);
    };
  }

  #observer() {
    return {
      committed: (write: Write, by: SimulatedProcess) => this.#committed(write, by),
      renewed: (key: SessionKey, lease: LeaseWrite) => {
        this.world.note(`${key.account} ${key.id} renewed ${lease.seq}`);
        this.checks.renew(key, lease);
      },
      heartbeat: (issuedAt: number) => this.verdicts.heartbeat(issuedAt),
      broadcast: (broadcast: Broadcast) => this.#broadcast(broadcast),
      erased: ({ account, id }: SessionKey) => {
        this.world.note(`${account} ${id} erased`);
        this.checks.erase({ account, id });
        this.accountOf(account)?.erased(id);
      },
      settled: (endpoint: string, settlement: Settlement) => {
        this.receivers.find((each) => each.endpoint.id === endpoint)?.settled(settlement);
      },
    };
  }

  #committed(write: Write, by: SimulatedProcess): void {
    const { key, session, transitions, kind, deadlineAt } = write;
    const stored = this.checks.commit(write);
    const account = this.accountOf(key.account);
    account?.merges(session);
    const due = deadlineAt === null ? "never" : `${deadlineAt - START}`;
    const change = `${kind} ${write.expectedVersion} due ${due}`;
    this.world.note(`${by.name} commits ${key.account} ${key.id} ${change}`);
    for (const transition of transitions) {
      const { seq, cause, to, at } = transition;
      this.world.note(`  ${seq} ${cause} at ${at}: ${to.state} ${to.reason} ${to.presence}`);
      this.world.verdict(`${cause}: ${to.presence} ${to.state}`);
      const name = { session: key.id, sessionCreatedAt: session.createdAt, transition };
      const id = transitionId(name, this.#incarnation);
      account?.log.append(id, key, session.createdAt, transition, this.world.steady);
      if (cause === "buffer" && to.presence === "offline") this.verdicts.calledGone(stored.key, by);
    }
  }

  #broadcast(broadcast: Broadcast): void {
    const { type, epoch, account: name } = broadcast;
    const offset = type === "clock_step" ? ` ${broadcast.offsetMs}` : "";
    this.world.note(`broadcast ${epoch} ${type}${offset} ${name ?? "to all"}`);
    this.checks.broadcast(broadcast);
    if (type === "clock_step") {
      this.store.machine.noticed(START + this.world.steady + broadcast.offsetMs);
    }
    if (type === "unheard") this.accountOf(broadcast.account)?.silence.hold();
    if (type === "heard") this.accountOf(broadcast.account)?.silence.release();
    if (broadcast.type !== "settings") return;
    const account = this.accountOf(broadcast.account);
    account?.settingsAre(this.checks.settingsAsOf(broadcast.account, epoch));
  }
}

/** Runs one seed to its end, or to the first violation. */
export async function simulate({
  seed,
  steps,
  onLine,
  ...options
}: SimulationOptions): Promise<Report> {
  const restore = installGlobals();
  try {
    useSameRateSlots();
    const random = new Random(seed);
    const world = new World(random, makePlan(random, options));
    world.log.onLine = onLine ?? null;
    const simulation = world.outside(() => new Simulation(world));
    await world.outside(() => simulation.prepare());
    world.outside(() => simulation.start());
    await runSchedule(
      world.scheduler,
      () => world.scheduler.steps >= steps || world.violation !== null,
    );
    if (!world.violation) {
      world.outside(() => simulation.quieten());
      const until = world.now + QUIET_MS;
      await runSchedule(world.scheduler, () => world.now >= until || world.violation !== null);
      if (!world.violation) world.outside(() => simulation.checkEnd());
    }
    return {
      seed,
      plan: describe(world),
      steps: world.scheduler.steps,
      simulatedMs: world.now,
      digest: world.log.digest,
      faults: world.faults,
      verdicts: world.verdicts,
      checks: world.checks,
      violation: world.violation,
      lastEvents: world.log.last(),
    };
  } finally {
    restore();
  }
}

/** The process draws once where names are counted; here it must not depend on which run is the first. */
function useSameRateSlots(): void {
  const scheduler = new Scheduler(new Random(0));
  inContext({ scheduler, process: null }, () => rateSlotOf(""));
}

function describe({ plan }: World): string {
  const accounts = plan.accounts
    .map(({ binding, visitors }) => `${visitors} ${binding}`)
    .join(", ");
  return `${plan.collectors} collectors, ${plan.clock} clock, visitors: ${accounts}; faults: ${[...plan.faults].join(" ")}`;
}
