/**
 * How the stand-in misbehaves. What is on from the start is what Sunshine Conversations does on any day. Each can be
 * switched while it runs, on the desk's page.
 * @module
 */

export interface Behaviour {
  /** Some events are in two requests. */
  doubles: boolean;
  /** Events are in no certain order, and a later request may arrive before an earlier one. */
  disorder: boolean;
  /** The answer to one request of ten gets lost, so that it is sent again. */
  losses: boolean;
  /** The API answers one request of ten with 429, long before any limit. */
  limits: boolean;
  /** The API answers each request with 429. */
  throttles: boolean;
}

export type Switch = keyof Behaviour;

export const SWITCHES: Readonly<Record<Switch, string>> = {
  doubles: "Some events come twice",
  disorder: "Events overtake each other (off: one that is repeated holds up those after it)",
  losses: "Answers to webhooks get lost",
  limits: "The API answers one of ten with 429",
  throttles: "The API answers all with 429",
};

/** @param args of the command line: `--calm` switches everything off */
export function readBehaviour(args: readonly string[]): Behaviour {
  const unknown = args.find((arg) => arg !== "--calm");
  if (unknown !== undefined) throw new Error(`${unknown} is not --calm.`);
  const isUsual = args.length === 0;
  return {
    doubles: isUsual,
    disorder: isUsual,
    losses: isUsual,
    limits: isUsual,
    throttles: false,
  };
}
