/**
 * The commands of `stillhere` and their options.
 * @module
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { ROLES } from "../core/lists.ts";
import { DEFAULT_TTL_SECONDS, MAX_TTL_SECONDS } from "../http/session-token.ts";
import { VERSION } from "../http/version.ts";
import { KEEP_ALIVE_SECONDS, MAX_SESSIONS } from "../platform/node.ts";
import { DEFAULT_STORE } from "../platform/open-store.ts";
import { isNetwork, type TrustedProxies } from "../platform/proxies.ts";
import { parseProxy, type WebhookProxy } from "../platform/webhook-proxy.ts";
import { backup, restore } from "./backup.ts";
import { demo } from "./demo.ts";
import { prepareEnvironment, unknownVariables } from "./environment.ts";
import { usageMessageOf } from "./failure.ts";
import { keys, token } from "./keys.ts";
import { people } from "./people.ts";
import { replay } from "./replay.ts";
import { serve } from "./serve.ts";

const store = () =>
  option("--store <url>", "sqlite:PATH, memory:, redis://… or redis-cluster://…")
    .default(DEFAULT_STORE)
    .env("STILLHERE_STORE");
const host = () =>
  option("--host <address>", "address to listen at").default("127.0.0.1").env("STILLHERE_HOST");
const port = () =>
  option("--port <number>", "port to listen at, 0 for any free one; the variable PORT works too")
    .default(8787)
    .argParser(wholeNumber(0, 65_535))
    .env("STILLHERE_PORT");
const account = () =>
  option("--account <name>", "name of the account").default("default").env("STILLHERE_ACCOUNT");

const program = new Command("stillhere")
  .description("Knows whether the person who waits for support on a website is still there")
  .version(VERSION)
  .configureOutput({ outputError: (text, write) => write(`${asLine(text)}\n`) })
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  stillhere serve --store sqlite:./stillhere.db
  stillhere token --session conv_1
  stillhere help serve

Every option can also be set by the variable that its help names, such as STILLHERE_STORE.`,
  );

program
  .command("serve")
  .description("run the collector")
  .addOption(host())
  .addOption(port())
  .addOption(store())
  .addOption(
    option(
      "--trust-proxy [networks...]",
      "believe X-Forwarded-… headers, of any peer or only of those in these networks",
    )
      .default(false)
      .argParser(proxyNetworks)
      .env("STILLHERE_TRUST_PROXY"),
  )
  .addOption(
    option("--sign-on-header <name>", "header in which a trusted proxy names the person").env(
      "STILLHERE_SIGN_ON_HEADER",
    ),
  )
  .addOption(
    option("--sign-on-role <role>", "role of people whom that header names and nobody has invited")
      .choices(["viewer"])
      .env("STILLHERE_SIGN_ON_ROLE"),
  )
  .addOption(
    option("--max-sessions <number>", "maximum number of sessions per account")
      .default(MAX_SESSIONS)
      .argParser(wholeNumber(1, 1_000_000_000))
      .env("STILLHERE_MAX_SESSIONS"),
  )
  .addOption(
    option("--allow-private-webhooks", "allow webhooks to this machine and its network")
      .default(false)
      .env("STILLHERE_ALLOW_PRIVATE_WEBHOOKS"),
  )
  .addOption(
    option("--webhook-proxy <url>", "HTTP proxy that webhooks are sent through")
      .argParser(proxyUrl)
      .env("STILLHERE_WEBHOOK_PROXY"),
  )
  .addOption(
    option("--desk <file>", "file of a help desk of your own; may be repeated")
      .default([], "none")
      .argParser(fileNames)
      .env("STILLHERE_DESK"),
  )
  .addOption(
    option("--config <file>", "JSON file with settings of the account default").env(
      "STILLHERE_CONFIG",
    ),
  )
  .addOption(
    option("--keep-alive <seconds>", "how long an idle connection stays open")
      .default(KEEP_ALIVE_SECONDS)
      .argParser(wholeNumber(1, 3_600))
      .env("STILLHERE_KEEP_ALIVE"),
  )
  .addOption(
    option("--metrics-port <number>", "serve /metrics at this port instead of the other one")
      .argParser(wholeNumber(0, 65_535))
      .env("STILLHERE_METRICS_PORT"),
  )
  .addOption(
    option("--metrics-token <text>", "bearer token that /metrics requires")
      .argParser(bearerToken)
      .env("STILLHERE_METRICS_TOKEN"),
  )
  .addHelpText(
    "after",
    examples(
      "stillhere serve",
      "stillhere serve --store sqlite:/var/lib/stillhere/stillhere.db --trust-proxy",
      "stillhere serve --store redis://redis:6379 --host 0.0.0.0 --metrics-port 9090",
      "STILLHERE_STORE=memory: stillhere serve --config ./config.json",
    ),
  )
  .action(serve);

program
  .command("demo")
  .description("run a collector, a shop with a chat, and the console")
  .addOption(host())
  .addOption(port())
  .addHelpText(
    "after",
    examples("stillhere demo", "PORT=9000 stillhere demo   # the shop gets port 9001"),
  )
  .action(demo);

program
  .command("replay <files...>")
  .description("run scenario files through the core on a virtual clock")
  .addOption(option("--json", "print results as JSON").default(false).env("STILLHERE_JSON"))
  .addHelpText(
    "after",
    examples("stillhere replay scenarios/*.json", "stillhere replay a.json --json"),
  )
  .action((files: string[], options: { json: boolean }) => {
    if (!replay(files, options)) process.exitCode = 1;
  });

program
  .command("token")
  .description("mint a session token")
  .addOption(
    option("--session <id>", "session that the token is for")
      .makeOptionMandatory()
      .env("STILLHERE_SESSION"),
  )
  .addOption(option("--user <id>", "the end user").env("STILLHERE_USER"))
  .addOption(
    option("--ttl <seconds>", "lifetime of the token")
      .default(DEFAULT_TTL_SECONDS)
      .argParser(wholeNumber(1, MAX_TTL_SECONDS))
      .env("STILLHERE_TTL"),
  )
  .addOption(account())
  .addOption(store())
  .addHelpText("after", examples("stillhere token --session conv_1 --user u_1 --ttl 3600"))
  .action(token);

program
  .command("keys")
  .description("list accounts and their keys, or make new ones")
  .addOption(option("--account <name>", "only this account").env("STILLHERE_ACCOUNT"))
  .addOption(option("--create", "create the account").default(false).env("STILLHERE_CREATE"))
  .addOption(option("--rotate", "make new keys").default(false).env("STILLHERE_ROTATE"))
  .addOption(
    option("--overlap <hours>", "how long the old keys stay valid; 0 revokes them")
      .default(24)
      .argParser(wholeNumber(0, 8_760))
      .env("STILLHERE_OVERLAP"),
  )
  .addOption(store())
  .addHelpText(
    "after",
    examples(
      "stillhere keys",
      "stillhere keys --create --account shop",
      "stillhere keys --rotate --overlap 0   # the old ones end now",
    ),
  )
  .action(keys);

program
  .command("people")
  .description("list the people of an account, or print an invitation")
  .addOption(
    option("--invite", "print a link that is good once").default(false).env("STILLHERE_INVITE"),
  )
  .addOption(
    option("--role <role>", "role of the invited person").choices(ROLES).env("STILLHERE_ROLE"),
  )
  .addOption(account())
  .addOption(
    option("--url <url>", "address of the collector, as people open it")
      .default("http://127.0.0.1:8787")
      .argParser(httpUrl)
      .env("STILLHERE_URL"),
  )
  .addOption(store())
  .addHelpText(
    "after",
    examples(
      "stillhere people",
      "stillhere people --invite --role admin --url https://presence.example.com",
    ),
  )
  .action(people);

program
  .command("backup <file>")
  .description("copy the SQLite store while collectors run")
  .addOption(store())
  .addHelpText("after", examples("stillhere backup ./stillhere.backup"))
  .action(backup);

program
  .command("restore <file>")
  .description("put a backup in the place of a store that is not there or empty")
  .addOption(store())
  .addHelpText("after", examples("stillhere restore ./stillhere.backup --store sqlite:./new.db"))
  .action(restore);

function option(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** Called for each of the networks; a variable has all of them, or a word that stands for all peers. */
function proxyNetworks(text: string, before: TrustedProxies): TrustedProxies {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  const networks = text.split(/[\s,]+/).filter((each) => each !== "");
  const wrong = networks.find((each) => !isNetwork(each));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(`Give networks such as 10.0.0.0/8, instead of ${wrong}.`);
  }
  return [...(Array.isArray(before) ? before : []), ...networks];
}

/** Called for each of the files; a variable has all of them, with commas. */
function fileNames(text: string, before: readonly string[]): readonly string[] {
  return [...before, ...text.split(",").filter((each) => each !== "")];
}

/** Without a slash at the end. */
function httpUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  throw new InvalidArgumentError("Give a URL such as https://presence.example.com.");
}

function proxyUrl(text: string): WebhookProxy {
  const proxy = parseProxy(text);
  if (proxy) return proxy;
  throw new InvalidArgumentError("Give the URL of an HTTP proxy, such as http://proxy:3128.");
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

function bearerToken(text: string): string {
  if (/^[\w.~+/=-]+$/.test(text)) return text;
  throw new InvalidArgumentError("Give letters, digits and . _ ~ + / = - only.");
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

/** Commander puts a suggestion on a line of its own. */
function asLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, "stillhere: ")
    .replaceAll(/\s*\n\s*/g, " ");
}

/** Runs the command that the arguments name. */
export async function run(): Promise<void> {
  prepareEnvironment(program, process.env);
  program.hook("preAction", warnOfUnknownVariables);
  try {
    await program.parseAsync();
  } catch (error) {
    process.exit(exitCodeOf(error));
  }
}

function warnOfUnknownVariables(): void {
  const unknown = unknownVariables(program, process.env);
  if (unknown.length === 0) return;
  const are = unknown.length === 1 ? "is no option and is" : "are no options and are";
  console.error(`stillhere: warning: ${unknown.join(", ")} ${are} ignored; see --help.`);
}

/** Exit code 2 for usage errors; Commander has already printed its own, and help is no error. */
function exitCodeOf(error: unknown): number {
  const { code, exitCode } = error as { code?: unknown; exitCode?: number };
  if (typeof code === "string" && code.startsWith("commander.")) return exitCode === 0 ? 0 : 2;
  const message = usageMessageOf(error);
  console.error(message === null ? error : `stillhere: ${message}`);
  return message === null ? 1 : 2;
}
