/**
 * Generates a plan of calls from a seed.
 * @module
 */
import { Random } from "../support/random.ts";
import { Administration } from "./administration.ts";
import { Chatwoot, SET_UP } from "./chatwoot.ts";
import { Helpdesk } from "./helpdesk.ts";
import { Oddities } from "./oddities.ts";
import type { Call, Plan, Step } from "./plan.ts";
import { Readings } from "./readings.ts";
import { Visitors } from "./visitors.ts";

export interface GenerateOptions {
  /** About as many calls, without those that read everything at the end. */
  readonly calls: number;
  /**
   * At most so many sessions have an open page. The silence of 8 is not believed; at the edge the sessions of each
   * shard are counted (docs/edge.md), so with several shards there may be no more than 7.
   */
  readonly maxOnline: number;
}

/** So long keys and settings may be used that were read before (docs/edge.md). */
const READ_AGAIN_MS = 5_001;

export function generate(seed: number, { calls, maxOnline }: GenerateOptions): Plan {
  const random = new Random(seed);
  const visitors = new Visitors(random, maxOnline);
  const helpdesk = new Helpdesk(random);
  const administration = new Administration(random);
  const readings = new Readings(random);
  const chatwoot = new Chatwoot(random);
  const oddities = new Oddities(random);
  const steps: Step[] = [];
  let now = 0;
  const add = (afterMs: number, call: Call) => {
    now += afterMs;
    steps.push({ afterMs, ...call });
  };
  const first = {
    termsAccepted: true,
    binding: random.pick(["open", "token"]),
    presence: { mode: "on" },
    traceDays: 2,
  };
  add(0, { type: "request", method: "PATCH", path: "/v1/settings", body: first });
  add(0, SET_UP);
  let afterMs = READ_AGAIN_MS;
  while (steps.length < calls) {
    const kind = random.next();
    if (kind < 0.4) add(afterMs, visitors.next());
    else if (kind < 0.5) add(afterMs, chatwoot.next(now));
    else if (kind < 0.7) add(afterMs, withBearer(helpdesk.next(now), administration, random));
    else if (kind < 0.91) add(afterMs, readings.next(now));
    else if (kind < 0.95) add(afterMs, withBearer(oddities.next(), administration, random));
    else add(afterMs, withBearer(administration.next(), administration, random));
    const isAdministration = kind >= 0.95;
    afterMs = isAdministration ? READ_AGAIN_MS : pauseOf(random);
    // Those who stay go on beating meanwhile.
    for (; afterMs > BEAT_MS; afterMs -= BEAT_MS) {
      if (random.chance(0.3)) break;
      const [beat, ...more] = visitors.beats();
      if (!beat) break;
      add(BEAT_MS, beat);
      for (const each of more) add(0, each);
    }
  }
  for (const [index, call] of readings.all().entries()) add(index === 0 ? 1_000 : 0, call);
  return { seed, steps };
}

const BEAT_MS = 9_000;

function withBearer(call: Call, administration: Administration, random: Random): Call {
  const isOdd = call.type === "request" && random.chance(0.1);
  return isOdd ? { ...call, as: administration.bearer() } : call;
}

/** Milliseconds until the next call. */
function pauseOf(random: Random): number {
  const kind = random.next();
  if (kind < 0.45) return 0;
  if (kind < 0.75) return random.below(1_000);
  if (kind < 0.9) return random.below(8_000);
  if (kind < 0.98) return random.below(40_000);
  return random.below(300_000);
}
