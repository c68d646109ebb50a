/**
 * Visitors at a fleet of three collectors, with a reader of the stream and a receiver of webhooks.
 * @module
 */
import type { Transition } from "./collector.ts";
import { CollectorFleet } from "./collector-fleet.ts";
import { Page } from "./fleet-page.ts";
import { compare, type Report } from "./invariants.ts";
import { readLog, StreamReader } from "./readers.ts";
import { TestReceiver } from "./receiver.ts";
import { until } from "./wait.ts";

export const BEAT_MS = 1_000;
/** Lease and buffer outlast a beat by twice the 5 s of silence that are no outage yet (rule 6). */
const LEASE_S = 9;
const BUFFER_S = 2;
/** After so long without a word a visitor is offline. */
export const WAIT_MS = (LEASE_S + BUFFER_S) * 1_000;

const SETTINGS = {
  termsAccepted: true,
  binding: "open",
  presence: {
    mode: "on",
    bufferSeconds: BUFFER_S,
    closeBufferSeconds: BUFFER_S,
    beatSeconds: { waiting: 1, assigned: 1, hidden: 1, idle: 1 },
    leaseSeconds: LEASE_S,
  },
};

const CATCH_UP_TIMEOUT_MS = 40_000;

interface SessionList {
  readonly sessions: readonly { readonly id: string }[];
}

export class VisitorFleet {
  readonly fleet: CollectorFleet;
  /** Of each four visitors, one is going to leave. */
  readonly staying: readonly Page[];
  readonly leaving: readonly Page[];
  readonly stream: StreamReader;
  readonly receiver: TestReceiver;
  readonly #stop = new AbortController();
  readonly #work: Promise<unknown>[];

  private constructor(fleet: CollectorFleet, receiver: TestReceiver, pages: readonly Page[]) {
    this.fleet = fleet;
    this.receiver = receiver;
    this.staying = pages.filter((_, index) => index % 4 !== 0);
    this.leaving = pages.filter((_, index) => index % 4 === 0);
    this.stream = new StreamReader(fleet);
    this.#work = [this.stream.run(this.#stop.signal), ...pages.map((page) => page.live(BEAT_MS))];
  }

  /** Resolves when all are online; `onEnd` is given what must be done at the end, in any case. */
  static async open(
    store: string,
    visitors: number,
    onEnd: (end: () => Promise<void>) => void,
  ): Promise<VisitorFleet> {
    const [fleet, receiver] = await Promise.all([
      CollectorFleet.start(store, 3),
      TestReceiver.start(),
    ]);
    onEnd(() => fleet.stop());
    onEnd(() => receiver.die());
    await fleet.ask("PATCH", "/v1/settings", SETTINGS);
    const hook = await fleet.ask<{ secret: string }>("POST", "/v1/webhooks", { url: receiver.url });
    receiver.trust(hook.secret);
    const names = Array.from({ length: visitors }, (_, index) => `conv_${index}`);
    for (const name of names) {
      await fleet.ask("PUT", `/v1/sessions/${name}`, { ticket: { id: name, status: "open" } });
    }
    const crowd = new VisitorFleet(
      fleet,
      receiver,
      names.map((name) => new Page(fleet, name)),
    );
    onEnd(() => crowd.#leaveAll());
    await until("everybody to be online", async () => {
      return (await crowd.#sessions("online")).size === visitors;
    });
    // Until each collector had read the settings, some signals were refused.
    for (const page of [...crowd.staying, ...crowd.leaving]) page.refusals.length = 0;
    return crowd;
  }

  async #leaveAll(): Promise<void> {
    for (const page of [...this.staying, ...this.leaving]) page.lose();
    this.#stop.abort();
    await Promise.all(this.#work);
  }

  async #sessions(presence: string): Promise<ReadonlySet<string>> {
    const path = `/v1/sessions?limit=500&presence=${presence}`;
    const { sessions } = await this.fleet.ask<SessionList>("GET", path);
    return new Set(sessions.map(({ id }) => id));
  }

  /** Waits until those who left are offline and everybody was told of everything; says how it went. */
  async settle(): Promise<Report> {
    await until(
      "everybody who left to be offline",
      async () => {
        const offline = await this.#sessions("offline");
        return this.leaving.every(({ session }) => offline.has(session));
      },
      CATCH_UP_TIMEOUT_MS,
    );
    const log = await readLog(this.fleet, "0");
    // What is missing then is reported, not thrown.
    await until("readers", async () => this.#isToldTo(log), CATCH_UP_TIMEOUT_MS).catch(() => {});
    const report = compare(this, log, WAIT_MS);
    await this.#leaveAll();
    return report;
  }

  #isToldTo(log: readonly Transition[]): boolean {
    const streamed = new Set(this.stream.told.map(({ transition }) => transition.id));
    const posted = new Set(this.receiver.taken.map(({ id }) => id));
    return log.every(({ id }) => streamed.has(id) && posted.has(id));
  }
}
