/**
 * Three collectors on one Redis: what a crash of any of them, or an outage of Redis, does to nobody.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { Transition } from "./support/collector.ts";
import { Fleet, Page, type Told } from "./support/fleet.ts";
import { RedisCluster, RedisServer } from "./support/redis.ts";
import { pause, until } from "./support/wait.ts";

const BEAT_MS = 1_000;
/** Twice what a page needs that finds a collector gone and tries another. */
const LEASE_S = 3;
const BUFFER_S = 2;
const LATE_MOST_MS = 5_000;
/** Who is silent for longer may count as gone. */
const SILENCE_MS = (LEASE_S + BUFFER_S) * 1_000;

const SETTINGS = {
  termsAccepted: true,
  binding: "open",
  presence: {
    mode: "on",
    bufferSeconds: BUFFER_S,
    beatSeconds: { waiting: 1, assigned: 1, hidden: 1, idle: 1 },
    leaseSeconds: LEASE_S,
  },
};

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Crowd {
  readonly staying: readonly Page[];
  readonly leaving: readonly Page[];
  /** What everybody has been told in the end, by a reader of the log. */
  settle(): Promise<readonly Told[]>;
}

/** A fleet with visitors: of each four, one is going to leave without a word. */
async function gather(store: string, visitors: number) {
  const fleet = await Fleet.start(store, 3);
  endings.push(() => fleet.stop());
  await fleet.ask("PATCH", "/v1/settings", SETTINGS);
  const names = Array.from({ length: visitors }, (_, index) => `conv_${index}`);
  for (const name of names) {
    await fleet.ask("PUT", `/v1/sessions/${name}`, { ticket: { id: name, status: "open" } });
  }
  const pages = names.map((name) => new Page(fleet, name));
  const lives = pages.map((page) => page.live(BEAT_MS));
  const stop = new AbortController();
  const reader = fleet.follow(stop.signal);
  endings.push(async () => {
    for (const page of pages) page.lose();
    stop.abort();
    await Promise.allSettled([...lives, reader]);
  });
  const crowd: Crowd = {
    staying: pages.filter((_, index) => index % 4 !== 0),
    leaving: pages.filter((_, index) => index % 4 === 0),
    async settle() {
      const leaving = new Set(crowd.leaving.map(({ session }) => session));
      await until(
        "everybody who left to be offline",
        async () => {
          const list = await fleet.ask<{ sessions: { id: string }[] }>(
            "GET",
            "/v1/sessions?presence=offline&limit=500",
          );
          const offline = new Set(list.sessions.map(({ id }) => id));
          return [...leaving].every((id) => offline.has(id));
        },
        30_000,
      );
      await pause(500);
      stop.abort();
      return await reader;
    },
  };
  await until("everybody to be online", async () => {
    const list = await fleet.ask<{ sessions: unknown[] }>(
      "GET",
      "/v1/sessions?presence=online&limit=500",
    );
    return list.sessions.length === visitors;
  });
  return { fleet, crowd };
}

const isOffline = ({ to }: Transition) => to.presence === "offline";

/**
 * What holds whatever happened: nothing is lost, doubled or out of order, and nobody is wronged. Of
 * those who stayed a few may have been silent for too long by themselves, on a machine that is busy.
 */
function expectTruth({ staying, leaving }: Crowd, told: readonly Told[], silenceMs: number): void {
  const transitions = told.map(({ transition }) => transition);
  expect(new Set(transitions.map(({ id }) => id)).size).toBe(transitions.length);
  for (const { session } of [...staying, ...leaving]) {
    const theirs = transitions.filter((each) => each.session === session);
    expect(theirs.map(({ seq }) => seq)).toEqual(theirs.map((_, index) => index + 1));
  }
  const heard = staying.filter((page) => page.silenceMs < silenceMs);
  expect(heard.length).toBeGreaterThan(staying.length * 0.9);
  const offline = new Set(transitions.filter(isOffline).map(({ session }) => session));
  expect(heard.filter(({ session }) => offline.has(session))).toEqual([]);
  for (const { session } of leaving) {
    const theirs = transitions.filter((each) => each.session === session);
    expect(theirs.filter(isOffline)).toHaveLength(1);
  }
}

describe("three collectors on one Redis", () => {
  it("lose, double and wrong nothing while one is killed every few seconds", async () => {
    const server = await RedisServer.start();
    endings.push(() => server.stop());
    const { fleet, crowd } = await gather(server.url, 200);
    let isOver = false;
    const killer = (async () => {
      for (let turn = 0; !isOver; turn += 1) {
        await fleet.crash(turn, 700);
        await pause(1_500);
      }
    })();
    for (const page of crowd.leaving) {
      await pause(100 + Math.random() * 300);
      page.lose();
    }
    await pause(2_000);
    isOver = true;
    await killer;
    const told = await crowd.settle();
    expectTruth(crowd, told, SILENCE_MS);
    const late = told.filter(({ transition }) => isOffline(transition)).map((each) => each.lateMs);
    expect(Math.max(...late)).toBeLessThan(LATE_MOST_MS);
  });

  it("mark nobody offline for a time in which Redis stood still", async () => {
    const server = await RedisServer.start();
    endings.push(() => server.stop());
    const { crowd } = await gather(server.url, 80);
    // Until each collector has read the settings, some are refused.
    for (const page of crowd.staying) page.refusals.length = 0;
    server.signal("SIGSTOP");
    for (const page of crowd.leaving) page.lose();
    await pause(9_000);
    server.signal("SIGCONT");
    const told = await crowd.settle();
    expectTruth(crowd, told, Number.POSITIVE_INFINITY);
    const refusals = crowd.staying.flatMap(({ refusals }) => refusals);
    expect(refusals.length).toBeGreaterThan(0);
    expect(new Set(refusals)).toEqual(new Set([503]));
  });

  it("go on where Redis was killed and started anew", async () => {
    const server = await RedisServer.start("--appendfsync", "always");
    endings.push(() => server.stop());
    const { crowd } = await gather(server.url, 80);
    await server.kill();
    await pause(6_000);
    await server.restart();
    for (const page of crowd.leaving) page.lose();
    expectTruth(crowd, await crowd.settle(), Number.POSITIVE_INFINITY);
  });
});

describe("three collectors on a cluster of three primaries", () => {
  it("mark nobody offline while a primary is replaced", async () => {
    const cluster = await RedisCluster.start();
    endings.push(() => cluster.stop());
    const { crowd } = await gather(cluster.url, 80);
    await cluster.primaryOf("stillhere:{common}:mark").kill();
    for (const page of crowd.leaving) page.lose();
    await pause(5_000);
    expectTruth(crowd, await crowd.settle(), Number.POSITIVE_INFINITY);
  }, 120_000);
});
