/**
 * How the stand-in misbehaves. What is on from the start is what Zendesk does on any day. Each can be switched while it
 * runs, on the desk's page.
 * @module
 */

export interface Behaviour {
  /** Some webhooks are sent twice. */
  doubles: boolean;
  /** A later webhook may arrive before an earlier one. */
  disorder: boolean;
  /** An agent is faster than one update of four, which is answered with 409. */
  conflicts: boolean;
  /** The API answers one request of ten with 429, long before its limits. */
  limits: boolean;
  /** The API answers each request with 429. */
  throttles: boolean;
}

export type Switch = keyof Behaviour;

export const SWITCHES: Readonly<Record<Switch, string>> = {
  doubles: "Some webhooks come twice",
  disorder: "Webhooks overtake each other",
  conflicts: "Agents are faster: 409",
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
    conflicts: isUsual,
    limits: isUsual,
    throttles: false,
  };
}
