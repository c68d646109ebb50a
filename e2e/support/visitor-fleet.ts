/**
 * Visitors of a fleet of three collectors, observed by a stream reader and a webhook receiver.
 * @module
 */
import type { Transition } from "./collector.ts";
import { CollectorFleet } from "./collector-fleet.ts";
import { FleetPage } from "./fleet-page.ts";
import { checkInvariants, type InvariantReport } from "./invariants.ts";
import { readLog, StreamReader } from "./readers.ts";
import { TestReceiver } from "./receiver.ts";
import { pause, until } from "./wait.ts";

export const BEAT_MS = 1_000;
/**
 * Lease and buffer outlast a beat by twice the 5 s of silence that do not yet count as an outage
 * (rule 6).
 */
const LEASE_S = 9;
const BUFFER_S = 2;
/** Of a tab that was closed: longer than a process stops between such a leave and what follows it. */
const CLOSE_BUFFER_S = 8;
/** The silence after which a visitor is offline; after a leave it takes less. */
export const OFFLINE_AFTER_MS = (LEASE_S + BUFFER_S) * 1_000;

const SETTINGS = {
  termsAccepted: true,
  binding: "open",
  presence: {
    mode: "on",
    bufferSeconds: BUFFER_S,
    closeBufferSeconds: CLOSE_BUFFER_S,
    beatSeconds: { waiting: 1, assigned: 1, hidden: 1, idle: 1 },
    leaseSeconds: LEASE_S,
  },
};

const CATCH_UP_TIMEOUT_MS = 90_000;
/** To read more often would be most of the work of a test. */
const READ_EVERY_MS = 200;

interface SessionList {
  readonly sessions: readonly { readonly id: string }[];
}

export class VisitorFleet {
  readonly collectors: CollectorFleet;
  readonly staying: readonly FleetPage[];
  /** Every fourth visitor. */
  readonly leaving: readonly FleetPage[];
  readonly stream: StreamReader;
  readonly receiver: TestReceiver;
  readonly #stop = new AbortController();
  readonly #work: Promise<unknown>[];

  private constructor(
    collectors: CollectorFleet,
    receiver: TestReceiver,
    pages: readonly FleetPage[],
  ) {
    this.collectors = collectors;
    this.receiver = receiver;
    this.staying = pages.filter((_, index) => index % 4 !== 0);
    this.leaving = pages.filter((_, index) => index % 4 === 0);
    this.stream = new StreamReader(collectors);
    this.#work = [this.stream.run(this.#stop.signal), ...pages.map((page) => page.run(BEAT_MS))];
  }

  /** Resolves when all visitors are online; `onCleanup` registers what tears them down. */
  static async start(
    store: string,
    size: number,
    onCleanup: (cleanUp: () => Promise<void>) => void,
  ): Promise<VisitorFleet> {
    const [collectors, receiver] = await Promise.all([
      CollectorFleet.start(store, 3),
      TestReceiver.start(),
    ]);
    onCleanup(() => collectors.killAll());
    onCleanup(() => receiver.close());
    await collectors.request("PATCH", "/v1/settings", SETTINGS);
    await collectors.untilOpen();
    const hook = await collectors.request<{ secret: string }>("POST", "/v1/webhooks", {
      url: receiver.url,
    });
    receiver.setSecrets(hook.secret);
    const names = Array.from({ length: size }, (_, index) => `conv_${index}`);
    for (const name of names) {
      await collectors.request("PUT", `/v1/sessions/${name}`, {
        ticket: { id: name, status: "open" },
      });
    }
    const visitors = new VisitorFleet(
      collectors,
      receiver,
      names.map((name) => new FleetPage(collectors, name)),
    );
    onCleanup(() => visitors.#stopVisitors());
    await until("all visitors to be online", async () => {
      return (await visitors.#sessions("online")).size === size;
    });
    return visitors;
  }

  async #stopVisitors(): Promise<void> {
    for (const page of [...this.staying, ...this.leaving]) page.vanish();
    this.#stop.abort();
    await Promise.all(this.#work);
  }

  async #sessions(presence: string): Promise<ReadonlySet<string>> {
    const path = `/v1/sessions?limit=500&presence=${presence}`;
    const { sessions } = await this.collectors.request<SessionList>("GET", path);
    return new Set(sessions.map(({ id }) => id));
  }

  /** Waits until the leaving are offline and both readers have everything; returns the report. */
  async settle(): Promise<InvariantReport> {
    await until(
      "the leaving visitors to be offline",
      async () => {
        const offline = await this.#sessions("offline");
        await pause(READ_EVERY_MS);
        return this.leaving.every(({ session }) => offline.has(session));
      },
      CATCH_UP_TIMEOUT_MS,
    );
    const log = await readLog(this.collectors, "0");
    // After the timeout, undelivered transitions are reported rather than thrown.
    await until(
      "stream and webhook",
      async () => this.#haveReceived(log) || (await pause(READ_EVERY_MS)),
      CATCH_UP_TIMEOUT_MS,
    ).catch(() => {});
    const report = checkInvariants(this, log, OFFLINE_AFTER_MS);
    await this.#stopVisitors();
    return report;
  }

  #haveReceived(log: readonly Transition[]): boolean {
    const streamed = new Set(this.stream.received.map(({ id }) => id));
    const delivered = new Set(this.receiver.accepted.map(({ id }) => id));
    return log.every(({ id }) => streamed.has(id) && delivered.has(id));
  }
}
