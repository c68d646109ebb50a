/**
 * A fuzzer of the HTTP API: random values in every field of every route, and corrupted bodies.
 * @module
 */
import { request } from "node:http";
import type { TestCollector } from "./collector.ts";
import { Random } from "./random.ts";

export interface FuzzReport {
  readonly requests: number;
  /** The number of responses by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests with a 5xx or without a response, which must not happen. */
  readonly failures: readonly string[];
}

interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
}

const CONCURRENCY = 32;

/** Sends `count` requests; the same seed generates the same requests. */
export async function fuzz(
  collector: TestCollector,
  token: string,
  count: number,
  seed: number,
): Promise<FuzzReport> {
  const random = new Random(seed);
  // An open binding lets signals name any session, so that one session's rate limit does not
  // dominate.
  await collector.request("PATCH", "/v1/settings", { binding: "open" });
  const paths = await routesOf(collector);
  const statuses: Record<string, number> = {};
  const failures: string[] = [];
  let sent = 0;
  const work = async () => {
    while (sent < count) {
      sent += 1;
      const generated = random.chance(0.5)
        ? signalRequest(random, collector, token)
        : apiRequest(random, collector, paths);
      const status = await send(collector.url, generated).catch((error: Error) => error.message);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (typeof status === "string" || status >= 500) {
        const body = generated.body?.toString("latin1").slice(0, 300);
        failures.push(`${status}: ${generated.method} ${generated.path} ${body}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { requests: sent, statuses, failures };
}

async function routesOf(collector: TestCollector): Promise<[string, ...string[]]> {
  const response = await fetch(`${collector.url}/openapi.json`);
  const { paths } = (await response.json()) as { paths: object };
  return ["/v1/signals", ...Object.keys(paths)];
}

function send(url: string, { method, path, headers, body }: FuzzRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    // Node sends the body of a GET or DELETE without its length, as if another request followed.
    const length = body && { "Content-Length": body.length };
    const options = { method, headers: { ...headers, ...length } };
    const outgoing = request(`${url}${path}`, options, (response) => {
      response.resume();
      // A stream never ends; its status is enough.
      if (response.headers["content-type"] === "text/event-stream") response.destroy();
      resolve(response.statusCode ?? 0);
    });
    outgoing.once("error", reject);
    outgoing.end(body ?? undefined);
  });
}

function signalRequest(random: Random, { keys }: TestCollector, token: string): FuzzRequest {
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
    else signal[random.chance(0.9) ? field : randomText(random)] = randomValue(random, 3);
  }
  return {
    method: "POST",
    path: "/v1/signals",
    headers: { "Content-Type": random.chance(0.9) ? "text/plain" : randomText(random) },
    body: corrupt(random, JSON.stringify(signal)),
  };
}

function apiRequest(
  random: Random,
  { keys }: TestCollector,
  paths: [string, ...string[]],
): FuzzRequest {
  const id = random.pick(["fuzz", "fuzz_2", encodedText(random) || "x"]);
  const parameters = Array.from(
    { length: random.chance(0.3) ? 1 + random.below(3) : 0 },
    () =>
      `${random.pick(["limit", "cursor", "after", "state", "days", "__proto__"])}=${encodedText(random)}`,
  );
  const query = parameters.length > 0 ? `?${parameters.join("&")}` : "";
  return {
    method: random.chance(0.9)
      ? random.pick(["GET", "PUT", "POST", "PATCH", "DELETE"])
      : random.pick(["HEAD", "OPTIONS", "PROPFIND", "TRACE", "LOCK"]),
    path: random.pick(paths).replace(/\{\w+\}/g, id) + query,
    headers: {
      Authorization: `Bearer ${random.chance(0.95) ? keys.secret : randomText(random)}`,
      "Content-Type": random.chance(0.9) ? "application/json" : randomText(random),
      ...(random.chance(0.1) && { [random.pick(ODD_HEADERS)]: randomText(random) }),
    },
    body: corrupt(random, JSON.stringify(randomBody(random))),
  };
}

const ODD_HEADERS = [
  "X-HTTP-Method-Override",
  "X-Forwarded-For",
  "Content-Encoding",
  "Last-Event-ID",
  "If-None-Match",
  "Origin",
  "Range",
] as const;

/** For a path or a query: percent-encoded, sometimes as bytes that are no UTF-8. */
function encodedText(random: Random): string {
  if (random.chance(0.7)) return encodeURIComponent(randomText(random));
  return random.pick(["%ED%A0%80", "%FF", "%", "%00", "%2e%2e", "%2F", "%252F", "x".repeat(5_000)]);
}

/** Bodies with fields that the API knows, and values that may be invalid. */
function randomBody(random: Random): unknown {
  const type = random.pick([
    "end_user_message",
    "agent_message",
    "ticket_updated",
    "assigned",
    "unassigned",
    "activity",
  ]);
  const maybe = (value: unknown) => (random.chance(0.7) ? value : randomValue(random, 2));
  return random.pick<unknown>([
    randomValue(random, 4),
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

function randomValue(random: Random, depth: number): unknown {
  const leaf = random.pick<unknown>([
    null,
    true,
    -1,
    0,
    1e308,
    2 ** 53,
    0.5,
    "",
    randomText(random),
    "\ud800",
    "a\0b",
    "__proto__",
    "constructor",
  ]);
  if (depth === 0 || random.chance(0.6)) return leaf;
  if (random.chance(0.5))
    return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, () => [
      random.chance(0.1) ? "__proto__" : randomText(random),
      randomValue(random, depth - 1),
    ]),
  );
}

function randomText(random: Random): string {
  const alphabet = "abc019 .:-_@/\\\"'<>%{}[]üß\u4e2d\u0001";
  return Array.from({ length: random.below(12) }, () => alphabet[random.below(alphabet.length)])
    .join("")
    .replace(/[^\x20-\x7e]/g, () => random.pick(["x", "y"]));
}

/** Sometimes truncates the body, flips bytes, or replaces it by deep nesting or noise. */
function corrupt(random: Random, body: string): Buffer {
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
