/**
 * The pages of a scenario: they number their signals and beat by themselves, as a browser does.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { ScenarioEvent } from "./scenario.ts";

const BEAT_EVERY_MS = 10_000;

interface SimulatedPage {
  gen: number;
  seq: number;
  visible: boolean;
  hasLeft: boolean;
  /** Null: it does not beat. */
  beatsAt: number | null;
}

type PageEvent = Extract<ScenarioEvent, { type: "signal" | "page_lost" }>;

export class SimulatedPages {
  readonly #pages = new Map<string, SimulatedPage>();

  /** When the next beat is due, in milliseconds; null: no page beats. */
  get nextBeatAt(): number | null {
    return this.#nextToBeat()?.[1].beatsAt ?? null;
  }

  /** The next beat that is due at or before `until`, earliest first. */
  nextBeat(until: number): { readonly at: number; readonly input: Input } | null {
    const [id, page] = this.#nextToBeat() ?? [];
    const at = page?.beatsAt ?? Number.POSITIVE_INFINITY;
    if (id === undefined || !page || at > until) return null;
    page.beatsAt = at + BEAT_EVERY_MS;
    return { at, input: this.#living(id, page, "beat", false) };
  }

  #nextToBeat(): [string, SimulatedPage] | null {
    let next: [string, SimulatedPage] | null = null;
    for (const [id, page] of this.#pages) {
      if (page.beatsAt === null) continue;
      if (!next || page.beatsAt < (next[1].beatsAt ?? 0)) next = [id, page];
    }
    return next;
  }

  /** What the collector receives for an event of a page. */
  inputOf(event: PageEvent, at: number): Input {
    const page = this.#pages.get(event.page) ?? this.#unheard(event.page);
    if (event.type === "page_lost") {
      page.beatsAt = null;
      return this.#living(event.page, page, "beat", false);
    }
    if (event.signal === "leave") {
      page.hasLeft = true;
      page.beatsAt = null;
      return { type: "leave", page: event.page, gen: page.gen, to: event.to ?? null };
    }
    const isReborn = event.signal === "resume" || (event.signal === "open" && page.hasLeft);
    if (isReborn) Object.assign(page, { gen: page.gen + 1, seq: 0, hasLeft: false });
    if (event.signal === "open" || event.signal === "resume") page.beatsAt = at + BEAT_EVERY_MS;
    if (event.signal === "freeze") page.beatsAt = null;
    if (event.signal === "hidden" || event.signal === "freeze") page.visible = false;
    if (event.signal === "visible" || event.signal === "open") page.visible = true;
    return this.#living(event.page, page, event.signal, event.armed ?? false);
  }

  #unheard(id: string): SimulatedPage {
    const page = { gen: 0, seq: 0, visible: true, hasLeft: false, beatsAt: null };
    this.#pages.set(id, page);
    return page;
  }

  #living(
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
