/**
 * Backups under load: a real collector takes reports and signals while it is backed up again and
 * again. Then each backup is restored and served. What was answered before a backup began must be in
 * it, and each session must be there as a whole.
 * @module
 */
import { join } from "node:path";
import { TestCollector } from "./collector.ts";
import { pause, until } from "./wait.ts";

const WRITERS = 8;
const SESSIONS_PER_WRITER = 6;
const BACK_UP_EVERY_MS = 100;
/** How many more are answered before each backup begins. */
const REQUESTS_BETWEEN = 50;
/** Of each writer, so that the backups have something of a small machine, too. */
const PAUSE_MS = 10;
const SETTINGS = {
  termsAccepted: true,
  binding: "open",
  presence: { mode: "on", bufferSeconds: 1, closeBufferSeconds: 0.2 },
};

export interface BackupRunReport {
  readonly backups: number;
  /** Requests that were answered while the load ran. */
  readonly answered: number;
  /** Transitions in all restored stores together. */
  readonly transitions: number;
  /** The longest that a backup took, with the start of its process. */
  readonly maxBackupMs: number;
  /** The longest that a request took while the load ran. */
  readonly maxRequestMs: number;
  /** What was answered before a backup began and is not in it, by backup and session. */
  readonly missing: readonly string[];
  /** Sessions whose history has a gap, or does not end where the session does. */
  readonly torn: readonly string[];
  /** Incarnations that two stores share. */
  readonly sameIncarnation: readonly string[];
}

/** What the collector has answered about a session. */
interface Answered {
  readonly seq: number;
  /** The id of the last event; undefined: none yet. */
  readonly event?: string;
  /** The `seq` of the last signal of its page; -1: none yet. */
  readonly beat: number;
}

interface SessionView {
  readonly seq: number;
}

export async function runBackups(
  backups: number,
  onBackup: (done: number) => void = () => {},
): Promise<BackupRunReport> {
  const collector = await TestCollector.start();
  try {
    return await new BackupRun(collector, backups, onBackup).run();
  } finally {
    await collector.stop();
  }
}

class BackupRun {
  readonly #collector: TestCollector;
  readonly #backups: number;
  readonly #onBackup: (done: number) => void;
  readonly #answered = new Map<string, Answered>();
  #isStopped = false;
  #requests = 0;
  #maxRequestMs = 0;

  constructor(collector: TestCollector, backups: number, onBackup: (done: number) => void) {
    this.#collector = collector;
    this.#backups = backups;
    this.#onBackup = onBackup;
  }

  async run(): Promise<BackupRunReport> {
    await this.#collector.request("PATCH", "/v1/settings", SETTINGS);
    const writers = Array.from({ length: WRITERS }, (_, writer) => this.#write(writer));
    const taken: { file: string; before: ReadonlyMap<string, Answered> }[] = [];
    let maxBackupMs = 0;
    for (let number = 0; number < this.#backups; number += 1) {
      const wanted = this.#requests + REQUESTS_BETWEEN;
      await pause(BACK_UP_EVERY_MS);
      await until("requests to be answered", async () => this.#requests >= wanted);
      const file = join(this.#collector.folder, `${number}.backup`);
      const before = new Map(this.#answered);
      const startedAt = performance.now();
      await this.#collector.backUp(file);
      maxBackupMs = Math.max(maxBackupMs, performance.now() - startedAt);
      taken.push({ file, before });
      this.#onBackup(number + 1);
    }
    this.#isStopped = true;
    await Promise.all(writers);
    const incarnations = [await incarnationOf(this.#collector)];
    const [missing, torn]: [string[], string[]] = [[], []];
    let transitions = 0;
    for (const [number, { file, before }] of taken.entries()) {
      const restored = await TestCollector.restore(file, this.#collector.keys);
      try {
        const name = (session: string) => `backup ${number}: ${session}`;
        const found = await this.#check(restored, before);
        missing.push(...found.missing.map(name));
        torn.push(...found.torn.map(name));
        transitions += found.transitions;
        incarnations.push(await incarnationOf(restored));
      } finally {
        await restored.stop();
      }
    }
    return {
      backups: taken.length,
      answered: this.#requests,
      transitions,
      maxBackupMs: Math.round(maxBackupMs),
      maxRequestMs: Math.round(this.#maxRequestMs),
      missing,
      torn,
      sameIncarnation: incarnations.filter((each, index) => incarnations.indexOf(each) !== index),
    };
  }

  /** Reports about a few sessions in turn, and sends the signals of a page of each. */
  async #write(writer: number): Promise<void> {
    for (let round = 0; !this.#isStopped; round += 1) {
      const session = `conv_${writer}_${round % SESSIONS_PER_WRITER}`;
      const known = this.#answered.get(session) ?? { seq: 0, beat: -1 };
      const turn = Math.floor(round / SESSIONS_PER_WRITER);
      if (turn % 3 === 2) {
        const beat = known.beat + 1;
        await this.#timed(() => this.#signal(session, beat));
        this.#answered.set(session, { ...known, beat });
      } else {
        const event = `event_${round}`;
        const status = turn % 2 === 0 ? "pending" : "open";
        const path = `/v1/sessions/${session}/events`;
        const body = { id: event, type: "ticket_updated", status };
        const answer = await this.#timed(() =>
          this.#collector.request<{ session: SessionView }>("POST", path, body),
        );
        this.#answered.set(session, { ...known, event, seq: answer.session.seq });
      }
      await pause(PAUSE_MS);
    }
  }

  async #timed<T>(request: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await request();
    this.#maxRequestMs = Math.max(this.#maxRequestMs, performance.now() - startedAt);
    this.#requests += 1;
    return result;
  }

  async #signal(session: string, seq: number): Promise<void> {
    const { publishable: key } = this.#collector.keys;
    const type = seq === 0 ? "open" : "beat";
    const page = `page_${session}`;
    const signal = { v: 1, key, session, page, gen: 0, seq, type, visible: true, armed: false };
    const body = JSON.stringify(signal);
    const response = await fetch(`${this.#collector.url}/v1/signals`, { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
  }

  async #check(restored: TestCollector, before: ReadonlyMap<string, Answered>) {
    const [missing, torn]: [string[], string[]] = [[], []];
    const seqs = new Map<string, number>();
    for (const [session, { seq, event }] of before) {
      const response = await restored.api("GET", `/v1/sessions/${session}`);
      if (response.ok) {
        const view = (await response.json()) as SessionView;
        seqs.set(session, view.seq);
        if (view.seq >= seq && (await isKnown(restored, session, event))) continue;
      }
      missing.push(session);
    }
    // Read last: timers of the restored sessions may have added to it.
    const log = await restored.log();
    for (const [session, seq] of seqs) {
      const history = log.filter((each) => each.session === session);
      const hasGap = history.some((each, index) => each.seq !== index + 1);
      if (hasGap || history.length < seq) torn.push(session);
    }
    return { missing, torn, transitions: log.length };
  }
}

/** An event that was answered before must not be applied again. */
async function isKnown(restored: TestCollector, session: string, event: string | undefined) {
  if (event === undefined) return true;
  const body = { id: event, type: "activity" };
  const path = `/v1/sessions/${session}/events`;
  return (await restored.request<{ duplicate: boolean }>("POST", path, body)).duplicate;
}

async function incarnationOf(collector: TestCollector): Promise<string> {
  const [first] = await collector.log();
  return first?.id.split(":")[0] ?? "";
}
