/**
 * How the stand-in misbehaves. What is on from the start is what Chatwoot does on any day; the rest is what it does
 * on a bad one. Each can be switched while it runs, on the desk's page.
 * @module
 */

export interface Behaviour {
  /** Each webhook is delivered twice. */
  doubles: boolean;
  /** A later webhook may arrive before an earlier one. */
  disorder: boolean;
  /** Changes of conversations are not delivered at all, as after five seconds without an answer. */
  losses: boolean;
  /** The API answers 429, and asks for a pause of 5 s. */
  throttles: boolean;
  /**
   * As before 4.11: webhooks are not signed, `merge` is ignored, and neither webhooks nor answers have `updated_at`.
   */
  readonly older: boolean;
}

export type Switch = Exclude<keyof Behaviour, "older">;

export const SWITCHES: Readonly<Record<Switch, string>> = {
  doubles: "Each webhook comes twice",
  disorder: "Webhooks overtake each other",
  losses: "Webhooks of changes get lost",
  throttles: "The API answers 429",
};

/** @param args of the command line: `--calm`, `--wild` and `--older` */
export function readBehaviour(args: readonly string[]): Behaviour {
  const unknown = args.find((arg) => !["--calm", "--wild", "--older"].includes(arg));
  if (unknown !== undefined)
    throw new Error(`${unknown} is not one of --calm, --wild and --older.`);
  const isCalm = args.includes("--calm");
  return {
    doubles: !isCalm,
    disorder: !isCalm,
    losses: args.includes("--wild"),
    throttles: false,
    older: args.includes("--older"),
  };
}
