/**
 * The examples of an embedded collector, each started by its command, from a page's first signal to the
 * verdict that its visitor has left.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { until } from "./support/wait.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Lets a verdict follow within a second. */
const SHORT = {
  binding: "open",
  presence: {
    bufferSeconds: 0.2,
    beatSeconds: { waiting: 0.3, assigned: 0.3, hidden: 0.3, idle: 0.3 },
    leaseSeconds: 0.5,
  },
};

const FETCH_TIMEOUT_MS = 60_000;

/** Why the example cannot run here; null if it can. `runtime` is fetched by npx. */
function missing(runtime: string | undefined): string | null {
  if (runtime === undefined) return null;
  const options = { encoding: "utf8", timeout: FETCH_TIMEOUT_MS } as const;
  const { status, stderr } = spawnSync("npx", ["-y", runtime, "--version"], options);
  return status === 0 ? null : `npx cannot fetch ${runtime}: ${stderr.trim().split("\n").at(-1)}`;
}

async function startExample(name: string) {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-embedded-"));
  const child = spawn("npx", ["-y", "pnpm@12", "--filter", `@stillhere/example-${name}`, "start"], {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, PORT: "0", STORE: `sqlite:${folder}/example.db` },
  });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (text) => (printed += text));
  let isRunning = true;
  const ended = once(child, "close").then(() => {
    isRunning = false;
  });
  onTestFinished(async () => {
    // Signals the whole process group, as Ctrl+C does.
    if (isRunning && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await until(
    `the example ${name}`,
    async () => {
      if (!isRunning) throw new Error(printed);
      return printed.includes("Ctrl+C stops it");
    },
    90_000,
  );
  const [, url = "", secret = ""] = /(http:\S+)\/console#[\s\S]*(sk_\S+)/.exec(printed) ?? [];
  const [key] = /pk_\S+/.exec(printed) ?? [];
  const [, invitation] = /#invite=(\S+)/.exec(printed) ?? [];
  return { url, secret, key, invitation };
}

it.for<[string, string?]>([
  ["hono-app"],
  ["express-app"],
  ["bun", "bun@1.4.5"],
  ["deno", "deno@2.9.6"],
])(
  "%s reaches a verdict, lets the first person in, and serves console, SDK and stream below its path",
  { timeout: 180_000 },
  async ([name, runtime], { skip }) => {
    const why = missing(runtime);
    if (why !== null) {
      console.warn(why);
      skip(why);
    }
    const { url, secret, key, invitation } = await startExample(name);
    const headers = { Authorization: `Bearer ${secret}` };
    await fetch(`${url}/v1/settings`, {
      method: "PATCH",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(SHORT),
    });
    const stream = await fetch(`${url}/v1/stream`, { headers });
    const open = { v: 1, key, session: "conv_1", page: "p", gen: 0, seq: 1, type: "open" };
    const signal = await fetch(`${url}/v1/signals`, {
      method: "POST",
      body: JSON.stringify({ ...open, visible: true, armed: false }),
    });
    expect(await signal.json()).toEqual({ nextMs: 300 });
    const presence = async () => {
      const response = await fetch(`${url}/v1/sessions/conv_1`, { headers });
      return ((await response.json()) as { presence: string }).presence;
    };
    await until("offline", async () => (await presence()) === "offline");
    expect(await readUntil(stream, "event: transition")).toContain('"session":"conv_1"');

    const joined = await fetch(`${url}/v1/invitations/accept`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        token: invitation,
        email: "ann@example.com",
        password: "correct horse battery",
      }),
    });
    expect(await joined.json()).toMatchObject({ account: "default", role: "admin" });

    const page = await fetch(`${url}/`);
    expect(page.url).toBe(`${url}/console`);
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, asset]) => asset ?? "");
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const asset of [...assets, "sdk.js", "openapi.json"]) {
      const at = new URL(asset, page.url);
      expect(at.href.startsWith(`${url}/`)).toBe(true);
      expect([at.href, (await fetch(at)).status]).toEqual([at.href, 200]);
    }
  },
);

/** Reads until this text has come, and disconnects. */
async function readUntil(response: Response, wanted: string): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes(wanted) || !text.endsWith("\n\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}
