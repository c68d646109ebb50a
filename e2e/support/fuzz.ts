/**
 * Requests that nobody should send: values of every kind in every field of every route, and bytes
 * that are no request at all.
 * @module
 */
import { request } from "node:http";
import type { TestCollector } from "./collector.ts";
import { Random } from "./random.ts";

export interface FuzzReport {
  readonly requests: number;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What must not happen: a 5xx, or no answer. */
  readonly failures: readonly string[];
}

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
}

const CONCURRENCY = 32;

/** Sends `count` requests; the same seed sends the same. */
export async function fuzz(
  collector: TestCollector,
  token: string,
  count: number,
  seed: number,
): Promise<FuzzReport> {
  const random = new Random(seed);
  // Any session may be spoken for, so that the limit of one is not all that is tried.
  await collector.ask("PATCH", "/v1/settings", { binding: "open" });
  const paths = await routesOf(collector);
  const statuses: Record<string, number> = {};
  const failures: string[] = [];
  let sent = 0;
  const work = async () => {
    while (sent < count) {
      sent += 1;
      const attempt = random.chance(0.5)
        ? signalAttempt(random, collector, token)
        : apiAttempt(random, collector, paths);
      const status = await send(collector.url, attempt).catch((error: Error) => error.message);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (typeof status === "string" || status >= 500) {
        const body = attempt.body?.toString("latin1").slice(0, 300);
        failures.push(`${status}: ${attempt.method} ${attempt.path} ${body}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { requests: sent, statuses, failures };
}

async function routesOf(collector: TestCollector): Promise<[string, ...string[]]> {
  const answer = await fetch(`${collector.url}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: object };
  return ["/v1/signals", ...Object.keys(paths)];
}

function send(url: string, { method, path, headers, body }: Attempt): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, headers }, (response) => {
      response.resume();
      // A stream has no end; that it began is its answer.
      if (response.headers["content-type"] === "text/event-stream") response.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.once("error", reject);
    asked.end(body ?? undefined);
  });
}

function signalAttempt(random: Random, { keys }: TestCollector, token: string): Attempt {
  const signal: Record<string, unknown> = {
    v: 1,
    key: keys.publishable,
    session: `fuzz_${random.below(2_000)}`,
    token,
    page: random.pick(["a", "b", "c"]),
    gen: random.below(3),
    seq: random.below(1000),
    type: random.pick(["open", "beat", "hidden", "visible", "freeze", "resume", "leave"]),
    visible: random.chance(0.5),
  };
  for (let changes = random.below(3); changes > 0; changes -= 1) {
    const field = random.pick(Object.keys(signal) as [string, ...string[]]);
    if (random.chance(0.3)) delete signal[field];
    else signal[random.chance(0.9) ? field : text(random)] = anything(random, 3);
  }
  return {
    method: "POST",
    path: "/v1/signals",
    headers: { "Content-Type": random.chance(0.9) ? "text/plain" : text(random) },
    body: spoil(random, JSON.stringify(signal)),
  };
}

function apiAttempt(
  random: Random,
  { keys }: TestCollector,
  paths: [string, ...string[]],
): Attempt {
  const id = random.pick(["fuzz", "fuzz_2", encodeURIComponent(text(random)) || "x"]);
  const query = random.chance(0.3)
    ? `?${random.pick(["limit", "cursor", "after", "state", "days"])}=${encodeURIComponent(text(random))}`
    : "";
  return {
    method: random.pick(["GET", "PUT", "POST", "PATCH", "DELETE"]),
    path: random.pick(paths).replace(/\{\w+\}/g, id) + query,
    headers: {
      Authorization: `Bearer ${random.chance(0.95) ? keys.secret : text(random)}`,
      "Content-Type": "application/json",
    },
    body: spoil(random, JSON.stringify(payload(random))),
  };
}

/** Shapes that the API knows, with values that it may not. */
function payload(random: Random): unknown {
  const type = random.pick([
    "end_user_message",
    "agent_message",
    "ticket_updated",
    "assigned",
    "unassigned",
    "activity",
  ]);
  const maybe = (value: unknown) => (random.chance(0.7) ? value : anything(random, 2));
  return random.pick<unknown>([
    anything(random, 4),
    { type: maybe(type), agent: maybe("ann"), at: maybe("2026-01-01T00:00:00Z"), id: maybe("e") },
    {
      channel: maybe("web_widget"),
      assignee: maybe(null),
      ticket: maybe({ status: maybe("open") }),
    },
    {
      presence: { bufferSeconds: maybe(5), leaseSeconds: maybe(200) },
      routing: maybe("messaging"),
    },
    [{ name: maybe("t"), all: maybe([]), actions: maybe([{ type: maybe("end_session") }]) }],
    { session: maybe("fuzz"), ttlSeconds: maybe(60) },
    { capacity: maybe(3) },
  ]);
}

function anything(random: Random, depth: number): unknown {
  const leaf = random.pick<unknown>([
    null,
    true,
    -1,
    0,
    1e308,
    2 ** 53,
    0.5,
    "",
    text(random),
    "__proto__",
    "constructor",
  ]);
  if (depth === 0 || random.chance(0.6)) return leaf;
  if (random.chance(0.5))
    return Array.from({ length: random.below(4) }, () => anything(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, () => [text(random), anything(random, depth - 1)]),
  );
}

function text(random: Random): string {
  const alphabet = "abc019 .:-_@/\\\"'<>%{}[]üß\u4e2d\u0001";
  return Array.from({ length: random.below(12) }, () => alphabet[random.below(alphabet.length)])
    .join("")
    .replace(/[^\x20-\x7e]/g, () => random.pick(["x", "y"]));
}

/** Now and then the body is cut, has its bytes changed, is nested deep, or is noise. */
function spoil(random: Random, body: string): Buffer {
  const bytes = Buffer.from(body ?? "");
  if (random.chance(0.75)) return bytes;
  switch (random.below(4)) {
    case 0:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 1:
      for (let flips = 1 + random.below(5); flips > 0 && bytes.length > 0; flips -= 1) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      return bytes;
    case 2: {
      const depth = random.below(3_000);
      return Buffer.from(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    }
    default:
      return Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
  }
}
