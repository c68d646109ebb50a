/**
 * Submits requests as routes do: a beat that says what one said before claims its lease.
 * @module
 */
import type { SignalInput } from "../core/input.ts";
import type { Engine } from "../engine/engine.ts";
import type { Fingerprint } from "../engine/leases.ts";
import type { RenewOutcome, Request } from "../engine/request.ts";

/** Nothing that was checked ever changes. */
const TERMS = 0;

export class Beats {
  readonly #engine: Engine;
  readonly #numbers = new Map<string, number>();
  #renewed = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** How many went the short way. */
  get renewed(): number {
    return this.#renewed;
  }

  async submit(request: Request): Promise<RenewOutcome> {
    const beat = beatOf(request);
    const { leases, clock, broadcasts } = this.#engine;
    if (!beat || !leases) return this.#engine.submit(request);
    const fingerprint = this.#fingerprintOf(request, beat);
    const { account } = request.key;
    const { epoch } = broadcasts;
    const checked = {
      account,
      validUntil: Number.POSITIVE_INFINITY,
      terms: TERMS,
      epoch,
      place: 0,
    };
    const whole = { ...request, grant: { ...checked, fingerprint } };
    const claim = leases.find(fingerprint, { terms: TERMS, epoch, now: clock.now() });
    if (!claim) return this.#engine.submit(whole);
    const outcome = await this.#engine.renew(claim, beat.seq, () => whole);
    if (outcome.status === "renewed") this.#renewed += 1;
    return outcome;
  }

  /** A number for all that a beat says but its own. */
  #fingerprintOf({ key, binding }: Request, { seq: _, ...beat }: SignalInput): Fingerprint {
    const said = JSON.stringify([key, binding, beat]);
    const number = this.#numbers.get(said) ?? this.#numbers.size;
    this.#numbers.set(said, number);
    return [number, 0, 0, 0];
  }
}

/** The beat that a request is, and nothing besides; null: it is something else. */
export function beatOf({ inputs, create, eventId }: Omit<Request, "key">): SignalInput | null {
  const [input, ...others] = inputs;
  const isAlone = others.length === 0 && create === undefined && eventId === undefined;
  return isAlone && input?.type === "signal" && input.signal === "beat" ? input : null;
}
