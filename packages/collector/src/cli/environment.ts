/**
 * Options from environment variables: the port's three sources, flags that are set to `false`, and names
 * that no option has.
 * @module
 */
import type { Command, Option } from "commander";

type Environment = Record<string, string | undefined>;

const PREFIX = "STILLHERE_";
const PORT = "STILLHERE_PORT";
/** Where the port has no variable of this command, as on platforms that assign one. */
const PORT_OF_PLATFORM = "PORT";

/** What Kubernetes gives every container for a service called `stillhere` or `stillhere-…`. */
const OF_KUBERNETES = /_SERVICE_(HOST|PORT\w*)$|_PORT(_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)$/;

/** Removes variables that set nothing, and has the port read from where it is. */
export function prepareEnvironment(program: Command, env: Environment): void {
  const options = program.commands.flatMap((command) => command.options);
  for (const option of options) {
    const name = option.envVar;
    if (name === undefined) continue;
    if (env[name]?.trim() === "" || (isFlag(option) && isOff(env[name]))) delete env[name];
  }
  if (isServiceAddress(env[PORT])) delete env[PORT];
  if (env[PORT] !== undefined || !env[PORT_OF_PLATFORM]) return;
  for (const option of options) if (option.envVar === PORT) option.env(PORT_OF_PLATFORM);
}

/** Variables that look as if they set an option, and do not. */
export function unknownVariables(program: Command, env: Environment): readonly string[] {
  const known = program.commands.flatMap(({ options }) => options.map(({ envVar }) => envVar));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && name !== PORT && !known.includes(name))
    .filter((name) => !OF_KUBERNETES.test(name) && !isServiceAddress(env[name]))
    .sort();
}

/** `tcp://10.0.0.1:8787`: what Kubernetes puts into a variable of the name of a service. */
function isServiceAddress(value: string | undefined): boolean {
  return value?.startsWith("tcp://") ?? false;
}

/** Whether it can be set without a value. */
function isFlag({ required }: Option): boolean {
  return !required;
}

function isOff(value: string | undefined): boolean {
  return ["false", "0", "no", "off"].includes(value?.trim().toLowerCase() ?? "");
}
