/**
 * Runs the code blocks of one page in their order, as a reader would: in an empty folder with the packages
 * installed, against a real collector. Each language has a runner; a block without one fails.
 * @module
 */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestBrowser } from "./browser.ts";
import { runCommand, TestCollector } from "./collector.ts";
import { freePort } from "./ports.ts";
import { Shell } from "./shell.ts";
import { NONCE, SnippetSite } from "./snippet-site.ts";
import { fill, ROOT, type Snippet } from "./snippets.ts";
import { fileOf, installPackages } from "./type-check.ts";
import { until } from "./wait.ts";

/** Verdicts follow within a second. */
const SETTINGS = {
  termsAccepted: true,
  presence: { mode: "on", bufferSeconds: 0.3, closeBufferSeconds: 0.3 },
};

/** Commands that stand in for those of another machine. */
const STAND_INS: Readonly<Record<string, string>> = {
  stillhere: `exec node ${ROOT}packages/collector/dist/cli/main.js "$@"`,
  // A refusal fails the block.
  curl: `PATH=\${PATH#*:} exec curl --fail-with-body --silent --show-error "$@"`,
  // The service is a process in the background, which the run stops.
  systemctl: "exit 0",
};

type Json = Readonly<Record<string, unknown>>;

export class SnippetRun {
  readonly #site: SnippetSite;
  readonly #browser: () => Promise<TestBrowser>;
  readonly #folder: string;
  readonly #shell: Shell;
  readonly #collector: TestCollector;
  readonly #table: readonly (readonly [string, string])[];

  private constructor(
    site: SnippetSite,
    browser: () => Promise<TestBrowser>,
    folder: string,
    collector: TestCollector,
    table: readonly (readonly [string, string])[],
  ) {
    this.#site = site;
    this.#browser = browser;
    this.#folder = folder;
    this.#collector = collector;
    this.#table = table;
    const store = `sqlite:${collector.folder}/test.db`;
    const env = { STILLHERE_STORE: store, PORT: "0" };
    this.#shell = new Shell(folder, [join(folder, "stand-ins")], env);
  }

  static async start(browser: () => Promise<TestBrowser>): Promise<SnippetRun> {
    const [site, collector] = await Promise.all([SnippetSite.start(), TestCollector.start()]);
    const settings = { ...SETTINGS, origins: [site.url] };
    await collector.request("PATCH", "/v1/settings", settings);
    const session = "conv_1";
    const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", { session });
    await collector.request("POST", `/v1/sessions/${session}/events`, { type: "end_user_message" });
    const folder = mkdtempSync(join(tmpdir(), "stillhere-snippets-"));
    installPackages(folder);
    for (const each of ["stand-ins", "lib", "backups"]) mkdirSync(join(folder, each));
    for (const [name, script] of Object.entries(STAND_INS)) {
      const file = join(folder, "stand-ins", name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    }
    return new SnippetRun(site, browser, folder, collector, [
      // The tests run after a build, and another one would change dist under them.
      ["npx -y pnpm@12 build", "true"],
      ["npx -y pnpm@12 start", "stillhere demo"],
      ["https://presence.example.com", collector.url],
      ["https://shop.example", site.url],
      ["pk_…", collector.keys.publishable],
      ["sk_…", collector.keys.secret],
      ["ts_…", collector.tokenSecret],
      ['data-token="…"', `data-token="${token}"`],
      ['"token":"…"', `"token":"${token}"`],
      ['nonce="…"', `nonce="${NONCE}"`],
      ["k3JZ…", "k3JZ"],
      ["/var/lib/stillhere", join(folder, "lib")],
      ["/var/backups/stillhere", join(folder, "backups")],
      ["--port 8787", "--port 0"],
      ["port: 8787", `port: ${await freePort()}`],
    ]);
  }

  async run(snippet: Snippet): Promise<void> {
    const text = fill(snippet.text, this.#table);
    switch (snippet.language) {
      case "sh":
        return this.#runCommands(text);
      case "ts":
      case "js":
        return text.includes('"@stillhere/sdk"')
          ? this.#bundle(text)
          : this.#runProgram(text, fileOf(snippet));
      case "html":
        return this.#openPage(text);
      case "json":
        return this.#submit(JSON.parse(text));
      case "http":
        return this.#compareMessage(text);
      case "ini":
        return checkLines(text, /^(?:\[[\w.-]+\]|[\w.-]+\s*=.*|[;#].*)$/);
      case "nginx":
        return checkNginx(text);
      // Pictures.
      case "text":
      case "mermaid":
        return;
      default:
        throw new Error(
          `there is no runner for ${snippet.language || "a block without a language"}`,
        );
    }
  }

  async close(): Promise<void> {
    await this.#shell.close();
    await this.#site.close();
    await this.#collector.stop();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Servers run on in the background. Commands of the repository run in the repository. */
  async #runCommands(text: string): Promise<void> {
    if (text.includes("systemctl stop")) await this.#shell.stopBackground();
    if (/\bstillhere (?:serve|demo)\b/.test(text)) {
      await this.#shell.start(text, /listens at|Ctrl\+C stops both/);
    } else await this.#shell.run(text, /\bpnpm\b/.test(text) ? ROOT : this.#folder);
  }

  /** A program runs to its end, or until it answers at the port that it names. */
  async #runProgram(text: string, file: string): Promise<void> {
    writeFileSync(join(this.#folder, file), text);
    if (text.includes('"node:test"')) return void (await this.#shell.run(`node --test ${file}`));
    const [, port] = /\bport: (\d+)/.exec(text) ?? [];
    if (port !== undefined) {
      const running = this.#shell.start(`node ${file}`, /^(?!)/);
      const isUp = () => fetch(`http://127.0.0.1:${port}/`).then(Boolean, () => false);
      await Promise.race([running, until(`an answer at port ${port}`, isUp)]);
      // It is ended with the others.
      running.catch(() => {});
      return;
    }
    const printed = await this.#shell.run(`node ${file}`);
    // A program that prints a token claims that the collector accepts it.
    if (/^ey/.test(printed)) {
      const page = { page: "minted", gen: 0, seq: 1, type: "open", visible: true, armed: false };
      await this.#signal({
        v: 1,
        key: this.#collector.keys.publishable,
        session: "conv_1",
        token: printed.trim(),
        ...page,
      });
    }
  }

  /**
   * Bundles a module and opens a page with it. What it does with `presence` happens later, one line at a
   * time, each after the one before has had its effect.
   */
  async #bundle(text: string): Promise<void> {
    const steps = [...text.matchAll(/^presence\.([^;]*);/gm)].map(([, step = ""]) => step);
    const contents = `${text.replaceAll(/^presence\./gm, "//")}\nwindow.presence = presence;`;
    const { outputFiles } = await build({
      stdin: { contents, loader: "ts", resolveDir: this.#folder },
      bundle: true,
      write: false,
    });
    await this.#openPage(`<script>${outputFiles[0]?.text}</script>`, steps);
  }

  /** Opens a page until its session is online, and closes it until that is offline. */
  async #openPage(html: string, steps: readonly string[] = []): Promise<void> {
    this.#site.serve(html, this.#collector);
    let [, session = ""] = /session(?:=|: )"(\w+)"/.exec(html) ?? [];
    const page = await (await this.#browser()).open();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(this.#site.url);
    await this.#untilPresence(session, "online", complaints);
    for (const step of steps) {
      await page.evaluate(`presence.${step}`);
      const isDisconnected = step.startsWith("disconnect");
      if (!isDisconnected) session = /"(\w+)"/.exec(step)?.[1] ?? "";
      await this.#untilPresence(session, isDisconnected ? "offline" : "online", complaints);
    }
    await page.close();
    await this.#untilPresence(session, "offline", complaints);
  }

  async #untilPresence(session: string, presence: string, complaints: string[]): Promise<void> {
    const hasIt = async () => {
      const response = await this.#collector.api("GET", `/v1/sessions/${session}`);
      return ((await response.json()) as Json)["presence"] === presence;
    };
    await until(`${session} to be ${presence}`, hasIt).catch((error) => {
      throw new Error([error, ...complaints].join("\n"));
    });
    // A browser requests an icon without being told to.
    const ours = complaints.filter((each) => !each.includes("404"));
    if (ours.length > 0) throw new Error(`the page's console: ${ours.join("\n")}`);
  }

  /** Gives JSON to what it is for, which checks it. */
  async #submit(json: Json): Promise<void> {
    if ("expect" in json) {
      const file = join(this.#folder, "scenario.json");
      writeFileSync(file, JSON.stringify([json]));
      await runCommand("replay", file);
    } else if ("v" in json) await this.#signal(json);
    else if ("actions" in json) await this.#collector.request("PUT", "/v1/triggers", [json]);
    else if ("action" in json) await this.#compareEntry(json);
    else if ("links" in json) await this.#collector.request("PUT", "/v1/sessions/conv_1", json);
    else if ("type" in json) {
      await this.#collector.request("POST", "/v1/sessions/conv_1/events", json);
    } else await this.#collector.request("PATCH", "/v1/settings", json["settings"] ?? json);
  }

  async #signal(signal: Json): Promise<void> {
    const headers = { "Content-Type": "text/plain" };
    const body = JSON.stringify(signal);
    const response = await fetch(`${this.#collector.url}/v1/signals`, {
      method: "POST",
      headers,
      body,
    });
    if (!response.ok) throw new Error(`${body}: ${await response.text()}`);
  }

  /** An entry of the audit log has the fields of those that the collector has written. */
  async #compareEntry(entry: Json): Promise<void> {
    const { entries } = await this.#collector.request<{ entries: Json[] }>("GET", "/v1/audit");
    const found = entries.find(({ action }) => action === entry["action"]) ?? {};
    const [expected, shown] = [found, entry].map((each) => Object.keys(each).sort().join());
    if (shown !== expected) throw new Error(`the fields are ${expected}, not ${shown}`);
  }

  /** A webhook's message has the fields of a transition as the collector shows it. */
  async #compareMessage(text: string): Promise<void> {
    const [head = "", body = ""] = text.split(/\n\n/);
    const [start = "", ...headers] = head.split("\n");
    checkLines(start, /^POST \/\S* HTTP\/1\.1$/);
    checkLines(headers.join("\n"), /^[\w-]+: \S.*$/);
    const [transition] = await this.#collector.log();
    const shown = Object.keys((JSON.parse(body) as { data: Json }).data)
      .toSorted()
      .join(" ");
    const real = Object.keys(transition ?? {})
      .toSorted()
      .join(" ");
    if (shown !== real) throw new Error(`a transition has ${real}\nbut here ${shown}`);
  }
}

function checkLines(text: string, line: RegExp): void {
  const wrong = text.split("\n").find((each) => each.trim() !== "" && !line.test(each));
  if (wrong !== undefined) throw new Error(`this line cannot be read: ${wrong}`);
}

/** Every directive ends with a semicolon or opens a block, and every block is closed. */
function checkNginx(text: string): void {
  checkLines(text, /^\s*(?:#.*|\}|[^#]*[;{}]\s*(?:#.*)?)$/);
  const count = (brace: string) => text.split(brace).length;
  if (count("{") !== count("}")) throw new Error("a block is not closed");
}
