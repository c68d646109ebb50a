/**
 * Those who are told of transitions by a fleet: by the log, page by page, and by the stream. Each goes
 * from collector to collector, and only remembers how far it has come.
 * @module
 */
import type { Transition } from "./collector.ts";
import type { CollectorFleet } from "./collector-fleet.ts";
import { pause } from "./wait.ts";

/** Nobody sends a reader away: it goes by itself, so that it sees all collectors. */
const MOVE_ON_AFTER_MS = 1_500;
const AGAIN_AFTER_MS = 100;

/** A transition, and when it was told. */
export interface Told {
  readonly transition: Transition;
  readonly toldAt: number;
}

/** Reads the log as far as it goes. */
export async function readLog(
  fleet: CollectorFleet,
  after: string,
): Promise<readonly Transition[]> {
  const all: Transition[] = [];
  for (let cursor = after; ; ) {
    const page = await fleet.ask<{ transitions: Transition[]; cursor: string | null }>(
      "GET",
      `/v1/transitions?limit=500&after=${encodeURIComponent(cursor)}`,
    );
    all.push(...page.transitions);
    if (page.cursor === null) return all;
    cursor = page.cursor;
  }
}

/** Reads the stream from its beginning, over and over from the last id that it has. */
export class StreamReader {
  readonly told: Told[] = [];
  /** Collectors that it has read from. */
  readonly sources = new Set<string>();
  /** Problems that it was answered with. */
  readonly refusals = new Set<string>();
  readonly #fleet: CollectorFleet;

  constructor(fleet: CollectorFleet) {
    this.#fleet = fleet;
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const moveOn = AbortSignal.timeout(MOVE_ON_AFTER_MS);
      // Whatever ends it, it goes on elsewhere.
      await this.#read(AbortSignal.any([stop, moveOn])).catch(() => {});
      await pause(AGAIN_AFTER_MS);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const url = this.#fleet.anyUrl();
    const lastId = this.told.at(-1)?.transition.id ?? "0";
    const headers = { Authorization: `Bearer ${this.#fleet.secret}`, "Last-Event-ID": lastId };
    const response = await fetch(`${url}/v1/stream`, { signal, headers });
    if (!response.ok) {
      this.refusals.add(((await response.json()) as { code: string }).code);
      return;
    }
    this.sources.add(url);
    for await (const data of events(response)) {
      this.told.push({ transition: JSON.parse(data) as Transition, toldAt: Date.now() });
    }
  }
}

/** The data of each event that has come whole. */
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
