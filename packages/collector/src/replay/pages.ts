/**
 * The simulated pages of a scenario: they number their signals and beat on their own.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { ScenarioEvent } from "./scenario.ts";

const BEAT_INTERVAL_MS = 10_000;

interface SimulatedPage {
  gen: number;
  seq: number;
  visible: boolean;
  hasLeft: boolean;
  /** `null` while the page does not beat. */
  nextBeatAt: number | null;
}

type PageEvent = Extract<ScenarioEvent, { type: "signal" | "page_lost" }>;

export class SimulatedPages {
  readonly #pages = new Map<string, SimulatedPage>();

  /** When the next beat is due, in milliseconds; `null` if no page beats. */
  get nextBeatAt(): number | null {
    return this.#nextToBeat()?.[1].nextBeatAt ?? null;
  }

  /** The next beat that is due at or before `until`, earliest first. */
  nextBeat(until: number): { readonly at: number; readonly input: Input } | null {
    const [id, page] = this.#nextToBeat() ?? [];
    const at = page?.nextBeatAt ?? Number.POSITIVE_INFINITY;
    if (id === undefined || !page || at > until) return null;
    page.nextBeatAt = at + BEAT_INTERVAL_MS;
    return { at, input: this.#livingSignal(id, page, "beat", false) };
  }

  #nextToBeat(): [string, SimulatedPage] | null {
    let next: [string, SimulatedPage] | null = null;
    for (const [id, page] of this.#pages) {
      if (page.nextBeatAt === null) continue;
      if (!next || page.nextBeatAt < (next[1].nextBeatAt ?? 0)) next = [id, page];
    }
    return next;
  }

  /** What the collector receives for an event of a page. */
  inputOf(event: PageEvent, at: number): Input {
    const page = this.#pages.get(event.page) ?? this.#addPage(event.page);
    if (event.type === "page_lost") {
      page.nextBeatAt = null;
      return this.#livingSignal(event.page, page, "beat", false);
    }
    if (event.signal === "leave") {
      page.hasLeft = true;
      page.nextBeatAt = null;
      return { type: "leave", page: event.page, gen: page.gen, to: event.to ?? null };
    }
    const startsGeneration = event.signal === "resume" || (event.signal === "open" && page.hasLeft);
    if (startsGeneration) Object.assign(page, { gen: page.gen + 1, seq: 0, hasLeft: false });
    if (event.signal === "open" || event.signal === "resume")
      page.nextBeatAt = at + BEAT_INTERVAL_MS;
    if (event.signal === "freeze") page.nextBeatAt = null;
    if (event.signal === "hidden" || event.signal === "freeze") page.visible = false;
    if (event.signal === "visible" || event.signal === "open") page.visible = true;
    return this.#livingSignal(event.page, page, event.signal, event.armed ?? false);
  }

  #addPage(id: string): SimulatedPage {
    const page = { gen: 0, seq: 0, visible: true, hasLeft: false, nextBeatAt: null };
    this.#pages.set(id, page);
    return page;
  }

  #livingSignal(
    id: string,
    page: SimulatedPage,
    signal: Extract<Input, { type: "signal" }>["signal"],
    armed: boolean,
  ): Input {
    page.seq += 1;
    const { gen, seq, visible } = page;
    return { type: "signal", signal, page: id, gen, seq, visible, armed };
  }
}
