/**
 * A stranger who knows the publishable key and a session's id floods the collector, on every store. The
 * visitor of that session sends from the same address, and never notices.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { EdgeSite, KEYS } from "./support/edge-site.ts";
import { RedisCluster, RedisServer } from "./support/redis.ts";
import { signToken } from "./support/token.ts";
import { pause } from "./support/wait.ts";

interface Target {
  readonly url: string;
  readonly key: string;
  readonly tokenSecret: string;
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<unknown>;
}

async function collector(...options: readonly string[]): Promise<Target> {
  const started = await TestCollector.start(...options);
  const { url, keys, tokenSecret } = started;
  return {
    url,
    key: keys.publishable,
    tokenSecret,
    request: (method, path, body) => started.request(method, path, body),
    stop: () => started.stop(),
  };
}

const TARGETS: readonly (readonly [string, () => Promise<Target>])[] = [
  ["SQLite", () => collector()],
  [
    "Redis",
    async () => {
      const redis = await RedisServer.start();
      const target = await collector("--store", redis.url);
      return { ...target, stop: async () => [await target.stop(), await redis.stop()] };
    },
  ],
  [
    "Redis Cluster",
    async () => {
      const cluster = await RedisCluster.start({ replicas: 0, nodeTimeoutMs: 60_000 });
      const target = await collector("--store", cluster.url);
      return { ...target, stop: async () => [await target.stop(), await cluster.stop()] };
    },
  ],
  [
    "the edge",
    async () => {
      const site = await EdgeSite.start({ presence: { mode: "on" } });
      return {
        url: new URL(await site.edge.ready).origin,
        key: KEYS.publishable,
        tokenSecret: KEYS.token,
        request: (method, path, body) => site.request(method, path, body),
        stop: () => site.stop(),
      };
    },
  ],
];

/** More than a session or an address may send in a second, in as many seconds as it takes. */
const FLOOD = 400;
const SESSION = "conv_1";
const WITHIN = { timeout: 60_000 };
const newSecret = () => randomBytes(16).toString("base64url");

describe.each(TARGETS)("on %s", (_, startTarget) => {
  let target: Target;
  let seq = 10_000;
  beforeAll(async () => {
    target = await startTarget();
  });
  afterAll(() => target.stop());

  async function send(token: string, page: string, type: string): Promise<number> {
    seq += 1;
    const signal = { v: 1, key: target.key, session: SESSION, token, page, gen: 0, seq, type };
    const answer = await fetch(`${target.url}/v1/signals`, {
      method: "POST",
      body: JSON.stringify({ ...signal, visible: true, armed: false }),
      headers: { "Content-Type": "text/plain;charset=UTF-8" },
    });
    await answer.text();
    return answer.status;
  }

  /** As a page does: sends again what a store that stalls could not take. */
  async function insist(request: () => Promise<number>): Promise<number> {
    const status = await request();
    if (status !== 503) return status;
    await pause(100);
    return insist(request);
  }

  /** What the stranger and, meanwhile, the visitor are answered. */
  async function flood(guess: () => Promise<number>, visit: (type: string) => Promise<number>) {
    const stranger = new Map<number, number>();
    const visitor: number[] = [];
    let left = FLOOD;
    const attack = async () => {
      for (; left > 0; left -= 1) {
        const status = await insist(guess);
        stranger.set(status, (stranger.get(status) ?? 0) + 1);
      }
    };
    const attacks = Promise.all(Array.from({ length: 16 }, attack));
    // A beat that may hit the cache, and what never does.
    for (const type of ["beat", "hidden", "visible", "beat", "beat", "hidden"]) {
      visitor.push(await visit(type));
    }
    await attacks;
    visitor.push(await visit("visible"), await visit("beat"));
    return { stranger, visitor };
  }

  const ANSWERED = Array(8).fill(200);

  it("guessing secrets disturbs no visitor whose secret is known", async () => {
    await target.request("PATCH", "/v1/settings", { binding: "capability" });
    const [secret, wrong] = [newSecret(), newSecret()];
    await target.request("POST", `/v1/sessions/${SESSION}/events`, {
      type: "end_user_message",
      binding: secret,
    });
    // At the edge a setting takes some seconds.
    await expect.poll(() => send(wrong, "page_2", "open"), WITHIN).toBe(409);
    await expect.poll(() => send(secret, "page_1", "open"), WITHIN).toBe(200);
    const { stranger, visitor } = await flood(
      () => send(newSecret(), "page_2", "open"),
      (type) => insist(() => send(secret, "page_1", type)),
    );
    expect(visitor).toEqual(ANSWERED);
    expect([...stranger.keys()].every((status) => [409, 429].includes(status))).toBe(true);
  });

  it("an expired token disturbs no visitor whose token is good", async () => {
    await target.request("PATCH", "/v1/settings", { binding: "token" });
    const claims = { aud: "default", sid: SESSION };
    const good = signToken(target.tokenSecret, { ...claims, exp: Date.now() / 1000 + 600 });
    const expired = signToken(target.tokenSecret, { ...claims, exp: Date.now() / 1000 - 600 });
    await expect.poll(() => send(expired, "page_4", "open"), WITHIN).toBe(401);
    await expect.poll(() => send(good, "page_3", "open"), WITHIN).toBe(200);
    const { stranger, visitor } = await flood(
      () => send(expired, "page_4", "open"),
      (type) => insist(() => send(good, "page_3", type)),
    );
    expect(visitor).toEqual(ANSWERED);
    expect([...stranger.keys()].every((status) => [401, 429].includes(status))).toBe(true);
  });
});
