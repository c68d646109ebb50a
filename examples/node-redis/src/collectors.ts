/**
 * Collectors on one store, and the keys that the first of them created.
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, startChild } from "./child.ts";

export interface Collector extends Child {
  readonly url: string;
  /** A link that lets the first person into the console; `null` if there is one. */
  readonly invitation: string | null;
}

export interface Keys {
  readonly publishable: string;
  readonly secret: string;
}

const CONFIG = fileURLToPath(new URL("../config.json", import.meta.url));

/** The path of the command `stillhere`, which is built first if necessary. */
export function findCommand(): string {
  const manifest = createRequire(import.meta.url).resolve("@stillhere/collector/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: { stillhere: string } };
  const command = join(dirname(manifest), bin.stillhere);
  if (!existsSync(command)) {
    console.log("Building the collector …");
    execFileSync("pnpm", ["--filter", "@stillhere/collector...", "build"], { stdio: "ignore" });
  }
  return command;
}

/** @param port 0 lets the system choose one */
export async function startCollector(
  command: string,
  store: string,
  port: number,
): Promise<Collector> {
  const args = ["serve", "--store", store, "--port", String(port), "--config", CONFIG];
  const log = (text: string) => process.stderr.write(text);
  const child = await startChild(process.execPath, [command, ...args], /listens at http:\S+ /, log);
  return {
    ...child,
    url: /listens at (http:\S+)/.exec(child.printed)?.[1] ?? "",
    invitation: /http\S+#invite=\S+/.exec(child.printed)?.[0] ?? null,
  };
}

/** A collector prints keys only when it creates them, so they are saved for the next start. */
export function saveOrLoadKeys(file: string, printed: string): Keys {
  const publishable = /pk_[\w-]+/.exec(printed)?.[0];
  const secret = /sk_[\w-]+/.exec(printed)?.[0];
  if (publishable !== undefined && secret !== undefined) {
    writeFileSync(file, JSON.stringify({ publishable, secret }, null, 2), { mode: 0o600 });
  }
  if (!existsSync(file)) {
    throw new Error(
      "This Redis already has an account, but its secret key is not in the data folder.",
    );
  }
  return JSON.parse(readFileSync(file, "utf8")) as Keys;
}
