/**
 * Runs the edge deployment locally: wrangler runs the Worker and its Durable Objects in
 * Cloudflare's runtime, and the example shop uses it as your own server would.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadOrCreateKeys } from "./keys.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const HOST = "127.0.0.1";
const PORT = Number(process.env["PORT"] ?? 8787);
const READY_TIMEOUT_MS = 60_000;
const SHOP = fileURLToPath(import.meta.resolve("@stillhere/example-shop/dist/server.js"));

const keys = loadOrCreateKeys();
const collector = `http://${HOST}:${PORT}`;
const shop = `http://${HOST}:${PORT + 1}`;

const children: ChildProcess[] = [];
function stop(code: number): void {
  for (const child of children) child.kill("SIGTERM");
  process.exitCode = code;
}
process.once("SIGINT", () => stop(0));
process.once("SIGTERM", () => stop(0));

function run(command: string, args: readonly string[], env: Record<string, string> = {}): void {
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env },
  });
  child.once("exit", (code) => {
    if (process.exitCode === undefined) stop(code ?? 1);
  });
  children.push(child);
}

async function waitUntilReady(): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline && process.exitCode === undefined) {
    const answer = await fetch(`${collector}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(
    `No response from ${collector}. Is port ${PORT} in use? Choose another one with PORT.`,
  );
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${collector}${path}`, {
    method,
    headers: { Authorization: `Bearer ${keys.secret}`, "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`The account could not be prepared: ${await answer.text()}`);
  return answer.json();
}

/** Switches presence on, and allows the shop's origins. */
async function prepareAccount(): Promise<void> {
  const origins = [shop, `http://localhost:${PORT + 1}`];
  await call("PATCH", "/v1/settings", { termsAccepted: true, presence: { mode: "on" }, origins });
}

/** The console; while it has no person, by a link that lets the first one in. */
async function findWayIn(): Promise<string> {
  const { people } = (await call("GET", "/v1/people")) as { people: unknown[] };
  if (people.length > 0) return `${collector}/console   sign in with your password`;
  const { url } = (await call("POST", "/v1/invitations", { role: "admin" })) as { url: string };
  return `${url}   good once: choose a password there`;
}

run("node_modules/.bin/wrangler", ["dev", "--ip", HOST, "--port", String(PORT)], {
  WRANGLER_SEND_METRICS: "false",
  CI: "true",
});
try {
  await waitUntilReady();
  await prepareAccount();
  const wayIn = await findWayIn();
  run(process.execPath, [SHOP], {
    HOST,
    PORT: String(PORT + 1),
    STILLHERE_URL: collector,
    STILLHERE_KEY: keys.publishable,
    STILLHERE_SECRET: keys.secret,
  });
  console.log(`
  Shop        ${shop}/   write in its chat, then close the tab
  Console     ${wayIn}
  Secret key  ${keys.secret}

  Ctrl+C stops both.
`);
} catch (error) {
  console.error((error as Error).message);
  stop(2);
}
