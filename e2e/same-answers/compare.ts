/**
 * Plays a plan on several deployments, and finds the first answer that differs.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { Client } from "./client.ts";
import type { Deployment } from "./deployment.ts";
import type { Plan, Step } from "./plan.ts";

export interface Difference {
  /** The call after which the deployments differ. */
  readonly index: number;
  readonly step: Step;
  readonly answers: Readonly<Record<string, unknown>>;
}

export interface PlayOptions {
  /** A name that no deployment has. */
  readonly account: string;
  /** Epoch milliseconds, later than any before. */
  readonly startAt: number;
}

/** The first difference; `null`: all answered the same. */
export async function compare(
  deployments: readonly Deployment[],
  { steps }: Plan,
  { account, startAt }: PlayOptions,
): Promise<Difference | null> {
  const clients = await Promise.all(
    deployments.map((each) => Client.start(each, account, startAt)),
  );
  for (const [index, step] of steps.entries()) {
    const answers = await Promise.all(
      clients.map((client) => client.play(step).catch((error: unknown) => error)),
    );
    const isAnswered = !answers.some((answer) => answer instanceof Error);
    if (isAnswered && answers.every((answer) => isDeepStrictEqual(answer, answers[0]))) continue;
    const shown = answers.map((answer) => (answer instanceof Error ? answer.stack : answer));
    const named = deployments.map(({ name }, each) => [name, shown[each]] as const);
    return { index, step, answers: Object.fromEntries(named) };
  }
  return null;
}

/** Leaves out calls, as long as a difference remains. */
export async function shorten(
  plan: Plan,
  found: Difference,
  differs: (plan: Plan) => Promise<Difference | null>,
): Promise<{ readonly plan: Plan; readonly difference: Difference }> {
  let best = { plan: { ...plan, steps: plan.steps.slice(0, found.index + 1) }, difference: found };
  for (let size = Math.ceil(best.plan.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.plan.steps.length - 1; ) {
      const steps = without(best.plan.steps, from, size);
      const difference = await differs({ ...plan, steps });
      if (difference) {
        best = { plan: { ...plan, steps: steps.slice(0, difference.index + 1) }, difference };
      } else from += size;
    }
  }
  return best;
}

/** The time that the calls took passes all the same. */
function without(steps: readonly Step[], from: number, count: number): readonly Step[] {
  const until = Math.min(from + count, steps.length - 1);
  const passedMs = steps.slice(from, until).reduce((sum, { afterMs }) => sum + afterMs, 0);
  const [next, ...rest] = steps.slice(until);
  if (!next) return steps;
  return [...steps.slice(0, from), { ...next, afterMs: next.afterMs + passedMs }, ...rest];
}
