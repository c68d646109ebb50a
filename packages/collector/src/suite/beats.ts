/**
 * Submits requests as the routes do: beats through the cache, everything else directly.
 * @module
 */
import type { SignalInput } from "../core/input.ts";
import type { BeatKey } from "../engine/beat-cache.ts";
import type { Engine } from "../engine/engine.ts";
import type { BeatOutcome, Request } from "../engine/request.ts";

export class Beats {
  readonly #engine: Engine;
  readonly #keys = new Map<string, number>();
  #hits = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** How many beats took the fast path. */
  get hits(): number {
    return this.#hits;
  }

  async submit(request: Request): Promise<BeatOutcome> {
    const beat = beatOf(request);
    const { beatCache } = this.#engine;
    if (!beat || !beatCache) return this.#engine.submit(request);
    const { configVersion } = beatCache;
    const key = this.#keyOf(request, beat);
    const { account } = request.key;
    const checked = { key, account, rateSlot: 0, validUntil: Infinity, configVersion };
    const full = { ...request, checked };
    const outcome = await this.#engine.submitBeat(key, beat.seq, configVersion, () => full);
    if (outcome.status === "renewed") this.#hits += 1;
    return outcome.status === "missed" ? this.#engine.submit(full) : outcome;
  }

  /** A number for all that the beat contains but its `seq`. */
  #keyOf({ key, binding }: Request, { seq: _, ...beat }: SignalInput): BeatKey {
    const content = JSON.stringify([key, binding, beat]);
    const number = this.#keys.get(content) ?? this.#keys.size;
    this.#keys.set(content, number);
    return [number, 0, 0, 0];
  }
}

/** The beat that a request consists of, or null: it is something else. */
export function beatOf({ inputs, create, eventId }: Omit<Request, "key">): SignalInput | null {
  const [input, ...others] = inputs;
  const isAlone = others.length === 0 && create === undefined && eventId === undefined;
  return isAlone && input?.type === "signal" && input.signal === "beat" ? input : null;
}
