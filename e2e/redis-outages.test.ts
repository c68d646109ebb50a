/**
 * Outages of Redis, or of all three collectors on it, which must cause no false offline. The cases
 * run concurrently, because they spend most of the time waiting.
 */
import { describe, it, vi } from "vitest";
import { NO_VIOLATIONS } from "./support/invariants.ts";
import { RedisCluster, RedisServer } from "./support/redis.ts";
import { BEAT_MS, VisitorFleet } from "./support/visitor-fleet.ts";
import { pause, until } from "./support/wait.ts";

const VISITORS = 20;
/** Both are longer than lease and buffer, and than what is no outage yet. */
const REDIS_PAUSE_MS = 15_000;
const COLLECTORS_DOWN_MS = 15_000;
/** Only a primary that was killed is replaced: no process stops for longer. */
const NODE_TIMEOUT_MS = 6_000;
const TEST_TIMEOUT_MS = 400_000;

vi.setConfig({ maxConcurrency: 6 });

describe.concurrent("three collectors on one Redis", () => {
  it(
    "mark no visitor offline for a time in which Redis was suspended",
    async ({ expect, onTestFinished }) => {
      const server = await RedisServer.start();
      onTestFinished(() => server.stop());
      const visitors = await VisitorFleet.start(server.url, VISITORS, onTestFinished);
      const headers = { Authorization: `Bearer ${visitors.collectors.secret}` };
      const stream = await fetch(`${visitors.collectors.randomUrl()}/v1/stream`, { headers });
      server.signal("SIGSTOP");
      for (const page of visitors.leaving) page.vanish();
      await pause(REDIS_PAUSE_MS);
      server.signal("SIGCONT");
      const report = await visitors.settle();
      expect(report).toMatchObject(NO_VIOLATIONS);
      expect(report.offline).toEqual(sessionsOf(visitors.leaving));
      // Every staying page had signals refused with a reason, and retried them.
      for (const { refusals } of visitors.staying) {
        expect(refusals).toContainEqual({ status: 503, code: "unavailable" });
      }
      const refusals = visitors.staying.flatMap((page) => page.refusals);
      expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([503]));
      expect(visitors.stream.refusals).toEqual(new Set(["unavailable"]));
      // The open stream has ended, so that its reader can continue elsewhere.
      await stream.text();
      expect(visitors.collectors.printed, "a stack trace outside the log").not.toMatch(/^ {4}at /m);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    "continue after Redis was killed and restarted",
    async ({ expect, onTestFinished }) => {
      const server = await RedisServer.start("--appendfsync", "always");
      onTestFinished(() => server.stop());
      const visitors = await VisitorFleet.start(server.url, VISITORS, onTestFinished);
      await server.kill();
      await pause(10_000);
      await server.restart();
      for (const page of visitors.leaving) page.vanish();
      const report = await visitors.settle();
      expect(report).toMatchObject(NO_VIOLATIONS);
      expect(report.offline).toEqual(sessionsOf(visitors.leaving));
    },
    TEST_TIMEOUT_MS,
  );

  it(
    "mark no visitor offline for a time in which no collector ran",
    async ({ expect, onTestFinished }) => {
      const server = await RedisServer.start();
      onTestFinished(() => server.stop());
      const visitors = await VisitorFleet.start(server.url, VISITORS, onTestFinished);
      const [first, ...rest] = visitors.leaving;
      // One visitor leaves with a signal just before; the others vanish without one.
      await first?.leave();
      for (const page of rest.slice(0, 5)) page.vanish();
      const killedAt = Date.now();
      await visitors.collectors.killAll();
      for (const page of rest.slice(5)) page.vanish();
      await pause(COLLECTORS_DOWN_MS);
      const startedAt = Date.now();
      await visitors.collectors.restartAll();
      const report = await visitors.settle();
      expect(report).toMatchObject(NO_VIOLATIONS);
      expect(report.offline).toEqual(sessionsOf(visitors.leaving));
      const offlineAts = visitors.stream.received
        .filter(({ to }) => to.presence === "offline")
        .map(({ at }) => Date.parse(at))
        .filter((at) => at > killedAt);
      expect(offlineAts.length).toBeGreaterThanOrEqual(visitors.leaving.length);
      for (const at of offlineAts) expect(at).toBeGreaterThan(startedAt);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    "are restarted one after the other without an error response or a false offline",
    async ({ expect, onTestFinished }) => {
      const server = await RedisServer.start();
      onTestFinished(() => server.stop());
      const visitors = await VisitorFleet.start(server.url, VISITORS, onTestFinished);
      const leaves = visitors.leaving.map(async (page) => {
        await pause(Math.random() * 5 * BEAT_MS);
        await page.leave();
      });
      await visitors.collectors.rollingRestart();
      await Promise.all(leaves);
      const report = await visitors.settle();
      expect(report).toMatchObject(NO_VIOLATIONS);
      expect(report.offline).toEqual(sessionsOf(visitors.leaving));
      // A stopping collector accepts no connections, and returns no error response.
      const refusals = [...visitors.staying, ...visitors.leaving].flatMap((page) => page.refusals);
      const errors = refusals.filter(({ status }) => status !== 0);
      // A Redis that did not run for three seconds, as on a busy machine, is another cause.
      const isRedisSlow = visitors.collectors.printed.includes("no reply in time");
      expect(isRedisSlow ? [] : errors).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );
});

describe.concurrent("three collectors on a cluster of three primaries", () => {
  it(
    "mark no visitor offline while a primary fails over",
    async ({ expect, onTestFinished }) => {
      const cluster = await RedisCluster.start({ nodeTimeoutMs: NODE_TIMEOUT_MS });
      onTestFinished(() => cluster.stop());
      const visitors = await VisitorFleet.start(cluster.url, VISITORS, onTestFinished);
      await cluster.primaryOf("stillhere:{common}:mark").kill();
      for (const page of visitors.leaving) page.vanish();
      const report = await visitors.settle();
      expect(report).toMatchObject(NO_VIOLATIONS);
      expect(report.offline).toEqual(sessionsOf(visitors.leaving));
    },
    TEST_TIMEOUT_MS,
  );

  it(
    "continue after a failover that loses transitions which readers already have",
    async ({ expect, onTestFinished }) => {
      const cluster = await RedisCluster.start({ nodeTimeoutMs: NODE_TIMEOUT_MS });
      onTestFinished(() => cluster.stop());
      const visitors = await VisitorFleet.start(cluster.url, VISITORS, onTestFinished);
      const { collectors, staying, leaving, stream, receiver } = visitors;
      const primary = cluster.primaryOf("stillhere:{@default}:log");
      const replica = cluster.replicaOf(primary);
      replica.signal("SIGSTOP");
      const stoppedAt = Date.now();
      primary.command("CLIENT", "KILL", "TYPE", "replica");
      const countBefore = stream.received.length;
      const assign = ({ session }: { readonly session: string }) =>
        collectors.request("PUT", `/v1/sessions/${session}`, { assignee: "ann" });
      await Promise.all(staying.map(assign));
      await until("readers", async () => stream.received.length >= countBefore + staying.length);
      await primary.kill();
      const lostMs = Date.now() - stoppedAt;
      replica.signal("SIGCONT");
      for (const page of leaving) page.vanish();
      const report = await visitors.settle();
      const path = "/v1/sessions?limit=500&assignee=ann";
      const { sessions } = await collectors.request<{ sessions: unknown[] }>("GET", path);
      expect(sessions.length, "remaining assignments").toBeLessThan(staying.length);
      // Delivered transitions and accepted signals are lost, but every id in the log was delivered.
      const { undelivered, mismatched, streamedTwice, falselyOffline, ...rest } = NO_VIOLATIONS;
      expect(report).toMatchObject(rest);
      // Leases outlast the loss of what was accepted in five seconds, and a busy machine takes longer.
      const stayed = sessionsOf(lostMs < 5_000 ? staying : []);
      expect(report.offline).toEqual(expect.arrayContaining([...sessionsOf(leaving)]));
      expect(report.offline.filter((session) => stayed.includes(session))).toEqual([]);
      expect(report.undeliveredIds).toEqual([]);
      expect(stream.refusals).not.toContain("invalid_cursor");
      expect(receiver.invalidSignatures).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});

function sessionsOf(pages: readonly { readonly session: string }[]): readonly string[] {
  return pages.map(({ session }) => session).sort();
}
