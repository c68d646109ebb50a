/**
 * Readers of a fleet's transitions: of the paged log, and of the stream. Each switches between
 * collectors, and keeps only its position.
 * @module
 */
import type { Transition } from "./collector.ts";
import type { CollectorFleet } from "./collector-fleet.ts";
import { pause } from "./wait.ts";

/** The stream reader disconnects after this time, so that it reads from all collectors. */
const SWITCH_AFTER_MS = 1_500;
const RECONNECT_DELAY_MS = 100;

/** Reads the log to its end. */
export async function readLog(
  fleet: CollectorFleet,
  after: string,
): Promise<readonly Transition[]> {
  const all: Transition[] = [];
  for (let cursor = after; ; ) {
    const page = await fleet.request<{ transitions: Transition[]; cursor: string | null }>(
      "GET",
      `/v1/transitions?limit=500&after=${encodeURIComponent(cursor)}`,
    );
    all.push(...page.transitions);
    if (page.cursor === null) return all;
    cursor = page.cursor;
  }
}

/** Reads the stream from its beginning, and reconnects with the last received id. */
export class StreamReader {
  readonly received: Transition[] = [];
  /** URLs of the collectors that it has read from. */
  readonly sources = new Set<string>();
  /** Problem codes that it received. */
  readonly refusals = new Set<string>();
  readonly #fleet: CollectorFleet;
  #connections = 0;

  constructor(fleet: CollectorFleet) {
    this.#fleet = fleet;
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const switchOver = AbortSignal.timeout(SWITCH_AFTER_MS);
      // After any error it continues on another collector.
      await this.#read(AbortSignal.any([stop, switchOver])).catch(() => {});
      await pause(RECONNECT_DELAY_MS);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { members } = this.#fleet;
    // One collector after the other, so that it comes to each of them.
    const url = members[this.#connections++ % members.length]?.url ?? "";
    const lastId = this.received.at(-1)?.id ?? "0";
    const headers = { Authorization: `Bearer ${this.#fleet.secret}`, "Last-Event-ID": lastId };
    const response = await fetch(`${url}/v1/stream`, { signal, headers });
    if (!response.ok) {
      this.refusals.add(((await response.json()) as { code: string }).code);
      return;
    }
    this.sources.add(url);
    for await (const data of events(response)) {
      this.received.push(JSON.parse(data) as Transition);
    }
  }
}

/** The data of each complete event. */
async function* events({ body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body ?? []) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) yield data;
    }
  }
}
