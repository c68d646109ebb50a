/**
 * A desk that reads `GET /v1/stream`: it is cut off now and then, resumes elsewhere by the last id, and must
 * see each transition once and in order. Where the session of that id was erased, it may see some again.
 * @module
 */
import type { Account } from "./account.ts";
import type { Collector } from "./collector.ts";
import type { World } from "./world.ts";

const RECONNECT_MS = 300;

export class StreamReader {
  readonly #account: Account;
  readonly #world: World;
  #lastId: string | null = null;
  /** In the account's log; `null` before the first transition came. */
  #next: number | null = null;
  /** Nothing came on this connection yet. */
  #isFresh = true;
  #connectedFrom = 0;
  #connection: { isOpen: boolean; close: () => void } | null = null;

  constructor(account: Account) {
    this.#account = account;
    this.#world = account.world;
  }

  start(): void {
    this.#connect();
  }

  break(): void {
    if (!this.#connection?.isOpen) return;
    this.#world.fault("stream_break", this.#account.name);
    this.#connection.close();
  }

  get #entries() {
    return this.#account.log.entries;
  }

  #connect(): void {
    const { collectors } = this.#account.parts;
    const collector = this.#world.random.pick(collectors);
    if (this.#next === null) this.#connectedFrom = this.#entries.length;
    this.#isFresh = true;
    const again = () =>
      this.#world.after(this.#world.random.around(RECONNECT_MS), () => this.#connect());
    if (!collector.isListening) {
      again();
      return;
    }
    let isOver = false;
    const connection = { isOpen: true, close: () => {} };
    const end = () => {
      connection.isOpen = false;
      if (isOver) return;
      isOver = true;
      again();
    };
    const { process } = collector;
    collector.onCrash(end);
    collector.handle(
      async ({ app }) => {
        const headers = {
          Authorization: `Bearer ${this.#account.keys.secretKey}`,
          ...(this.#lastId !== null && { "Last-Event-ID": this.#lastId }),
        };
        const response = await app.request("/v1/stream", { headers });
        const isRefused = response.status >= 400 && response.status < 500;
        this.#world.check("S10", !isRefused, () => `${this.#lastId} was refused`);
        if (response.status !== 200 || !response.body) return null;
        return response.body.getReader();
      },
      (reader) => {
        if (!reader || !process) return end();
        connection.close = () => {
          this.#world.within(process, () => reader.cancel().catch(() => {}));
          end();
        };
        this.#connection = connection;
        this.#read(reader, connection, collector, end);
      },
    );
  }

  /** Reads as far as the client keeps up. */
  async #read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    connection: { isOpen: boolean },
    collector: Collector,
    end: () => void,
  ): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    while (connection.isOpen) {
      const { done, value } = await reader.read();
      if (!connection.isOpen) return;
      if (done) break;
      text += decoder.decode(value, { stream: true });
      const parts = text.split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) this.#take(part, collector);
    }
    end();
  }

  #take(event: string, collector: Collector): void {
    const id = /^id: (.*)$/m.exec(event)?.[1];
    if (!/^event: transition$/m.test(event) || id === undefined) {
      const isReset = /^event: reset$/m.test(event);
      this.#world.check("S10", !isReset, () => `the stream of ${this.#account.name} was reset`);
      return;
    }
    const resumedFrom = this.#isFresh ? this.#account.log.find(this.#lastId ?? "") : null;
    this.#isFresh = false;
    this.#lastId = id;
    const entry = this.#account.log.find(id);
    const name = this.#account.name;
    this.#world.note(`stream of ${name} at ${collector.name}: ${id}`);
    this.#world.check("S10", entry !== null, () => `${id} is none of ${name}'s transitions`);
    if (!entry) return;
    const from = this.#next ?? this.#connectedFrom;
    const skipped = this.#entries.slice(from, entry.index).filter(({ isErased }) => !isErased);
    const isFirst = this.#next === null;
    const mayRepeat = resumedFrom?.isErased === true;
    if (mayRepeat && entry.index < from) this.#world.fault("stream_repeats", name);
    const isInOrder = (entry.index >= from || mayRepeat) && (isFirst || skipped.length === 0);
    this.#world.check("S10", isInOrder, () => `the stream of ${name} has ${id} at the wrong time`);
    this.#next = entry.index + 1;
  }

  checkEnd(): void {
    const next = this.#next;
    if (next === null) return;
    const settled = this.#account.log.settledBy(this.#world.steady);
    const missing = settled.filter(({ index }) => index >= next);
    this.#world.check("S10", missing.length === 0, () => {
      return `the stream of ${this.#account.name} never brought ${missing[0]?.id}`;
    });
  }
}
