/**
 * What one session has still to tell one endpoint, while a courier has it in hand. A line begins in
 * memory, where it holds the endpoint's cursor back; once it is stored, the cursor may pass it, and
 * what it has to tell is read from the session's history.
 * @module
 */
import type { SessionName, Waiting } from "../stores/outbox.ts";
import type { LogEntry } from "../stores/store.ts";

export class SessionQueue implements SessionName {
  readonly session: string;
  readonly sessionCreatedAt: number;
  /** When this courier took it up. */
  readonly takenAt: number;
  attempts: number;
  waitingSince: number;
  nextAttemptAt: number;
  isStored: boolean;
  /** An attempt, or the way from one to the next, is under way. */
  isUnderWay = false;
  /** It is in the row of those whose turn comes. */
  isReady = false;
  /** The reader has come by with more since somebody last looked. */
  hasWork = false;
  #resends: number[];
  #nextSeq: number;
  #fresh: LogEntry[] = [];

  constructor(waiting: Waiting, takenAt: number, isStored: boolean) {
    this.session = waiting.session;
    this.sessionCreatedAt = waiting.sessionCreatedAt;
    this.takenAt = takenAt;
    this.attempts = waiting.attempts;
    this.waitingSince = waiting.waitingSince;
    this.nextAttemptAt = waiting.nextAttemptAt;
    this.isStored = isStored;
    this.#resends = [...waiting.resends];
    this.#nextSeq = waiting.nextSeq;
  }

  /** A line that begins with an entry just read from the log. */
  static begin(entry: LogEntry, now: number): SessionQueue {
    const { session, sessionCreatedAt, transition } = entry;
    const begun = { resends: [], nextSeq: transition.seq, attempts: 0 };
    const times = { waitingSince: now, nextAttemptAt: now };
    const line = new SessionQueue({ session, sessionCreatedAt, ...begun, ...times }, now, false);
    line.take(entry);
    return line;
  }

  /** Takes an entry that the reader found; true: what is stored of the line has changed by it. */
  take(entry: LogEntry): boolean {
    const { seq } = entry.transition;
    this.hasWork = true;
    if (!this.isStored) {
      this.#fresh.push(entry);
      return false;
    }
    // Below what it has come to: the endpoint's cursor was set back.
    if (seq >= this.#nextSeq || this.#resends.includes(seq)) return false;
    this.#resends = [...this.#resends, seq].sort((a, b) => a - b);
    return true;
  }

  get again(): readonly number[] {
    return this.#resends;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Entries in hand; none once it is stored. */
  get fresh(): readonly LogEntry[] {
    return this.#fresh;
  }

  /** The cursor must stay below this while the line is not stored; null: it need not. */
  get holdsCursor(): number | null {
    return this.#fresh[0]?.cursor ?? null;
  }

  /** From now on what it has to tell is read from the history. */
  store(): void {
    this.isStored = true;
    this.#fresh = [];
  }

  /** These are settled, the last of them being the furthest; the next begins anew. */
  advance(settled: readonly LogEntry[], now: number): void {
    const seqs = new Set(settled.map(({ transition }) => transition.seq));
    this.#resends = this.#resends.filter((seq) => !seqs.has(seq));
    this.#fresh = this.#fresh.filter(({ transition }) => !seqs.has(transition.seq));
    this.#nextSeq = Math.max(this.#nextSeq, ...[...seqs].map((seq) => seq + 1));
    this.attempts = 0;
    this.waitingSince = now;
    this.nextAttemptAt = now;
  }

  /** A transition to be sent again is no longer there to be sent. */
  forget(seq: number): void {
    this.#resends = this.#resends.filter((each) => each !== seq);
  }

  get row(): Waiting {
    return {
      session: this.session,
      sessionCreatedAt: this.sessionCreatedAt,
      resends: this.#resends,
      nextSeq: this.#nextSeq,
      attempts: this.attempts,
      waitingSince: this.waitingSince,
      nextAttemptAt: this.nextAttemptAt,
    };
  }
}

export function nameOf({ session, sessionCreatedAt }: SessionName): string {
  return `${session}\n${sessionCreatedAt}`;
}
