/**
 * How much is written to a desk: so little that its limits for all of its integrations are never reached by this
 * one.
 * @module
 */

/** Chatwoot and Zendesk allow about 100 a minute for small accounts. */
export const WRITES_PER_MINUTE = 90;
/** Zendesk allows 30 updates of a ticket in ten minutes, by all together. */
export const WRITES_OF_CONVERSATION = 15;
const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 600_000;

interface Write {
  /** `null`: it is not known of which one. */
  readonly conversation: string | null;
  readonly at: number;
}

/** How long the next write has to wait; 0: not at all. */
export interface Waits {
  /** For any conversation of the desk. */
  readonly deskMs: number;
  readonly conversationMs: number;
}

export class WritePace {
  /** The writes of the last ten minutes, by endpoint, oldest first. */
  readonly #writes = new Map<string, readonly Write[]>();

  isKnown(endpoint: string): boolean {
    return this.#writes.has(endpoint);
  }

  /** Another process has written to the desk until a moment ago: nearly all of this minute is taken. */
  takeOver(endpoint: string, now: number): void {
    const write = { conversation: null, at: now };
    this.#writes.set(endpoint, new Array<Write>(WRITES_PER_MINUTE - 10).fill(write));
  }

  waits(endpoint: string, conversation: string, now: number): Waits {
    const writes = this.#recent(endpoint, now);
    const ofMinute = writes.filter(({ at }) => at > now - MINUTE_MS);
    const ofConversation = writes.filter((write) => write.conversation === conversation);
    return {
      deskMs: waitMs(ofMinute, WRITES_PER_MINUTE, MINUTE_MS, now),
      conversationMs: waitMs(ofConversation, WRITES_OF_CONVERSATION, TEN_MINUTES_MS, now),
    };
  }

  note(endpoint: string, conversation: string, now: number): void {
    this.#writes.set(endpoint, [...this.#recent(endpoint, now), { conversation, at: now }]);
  }

  /** One write that was noted was not made. */
  takeBack(endpoint: string, conversation: string): void {
    const writes = this.#writes.get(endpoint) ?? [];
    const last = writes.findLastIndex((write) => write.conversation === conversation);
    this.#writes.set(endpoint, last < 0 ? writes : writes.toSpliced(last, 1));
  }

  #recent(endpoint: string, now: number): readonly Write[] {
    return (this.#writes.get(endpoint) ?? []).filter(({ at }) => at > now - TEN_MINUTES_MS);
  }
}

/** Until the limit allows one more. */
function waitMs(writes: readonly Write[], limit: number, windowMs: number, now: number): number {
  const first = writes.at(-limit);
  return first ? first.at + windowMs - now : 0;
}
