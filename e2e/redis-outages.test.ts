/**
 * Three collectors on one Redis while Redis, or all of them, are away: what an outage does to nobody.
 * Most of the time is waiting, so the cases run side by side.
 */
import { describe, it } from "vitest";
import { NOTHING_WRONG } from "./support/invariants.ts";
import { RedisCluster, RedisServer } from "./support/redis.ts";
import { BEAT_MS, VisitorFleet, WAIT_MS } from "./support/visitor-fleet.ts";
import { pause, until } from "./support/wait.ts";

const VISITORS = 60;
const STILL_MS = 20_000;
const STOPPED_MS = 60_000;
/** How long after it was due an offline may be told. */
const LATE_MOST_MS = 5_000;
const WITHIN_MS = 240_000;

describe.concurrent("three collectors on one Redis", () => {
  it(
    "mark nobody offline for a time in which Redis stood still",
    async (test) => {
      const { expect, onTestFinished } = test;
      const server = await RedisServer.start();
      onTestFinished(() => server.stop());
      const crowd = await VisitorFleet.open(server.url, VISITORS, onTestFinished);
      const headers = { Authorization: `Bearer ${crowd.fleet.secret}` };
      const stream = await fetch(`${crowd.fleet.anyUrl()}/v1/stream`, { headers });
      server.signal("SIGSTOP");
      for (const page of crowd.leaving) page.lose();
      await pause(STILL_MS);
      server.signal("SIGCONT");
      const report = await crowd.settle();
      expect(report).toMatchObject(NOTHING_WRONG);
      expect(report.offline).toEqual(sessionsOf(crowd.leaving));
      // Each signal was refused with a reason and tried again, by every page that stayed.
      for (const { refusals } of crowd.staying) {
        expect(refusals).toContainEqual({ status: 503, code: "unavailable" });
      }
      const refusals = crowd.staying.flatMap((page) => page.refusals);
      expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([503]));
      expect(crowd.stream.refusals).toEqual(new Set(["unavailable"]));
      // One that was open has ended, so that its reader may go on elsewhere.
      await stream.text();
      const printed = crowd.fleet.members.map(({ running }) => running.output()).join("");
      expect(printed, "a stack outside of the log").not.toMatch(/^ {4}at /m);
    },
    WITHIN_MS,
  );

  it(
    "go on where Redis was killed and started anew",
    async (test) => {
      const { expect, onTestFinished } = test;
      const server = await RedisServer.start("--appendfsync", "always");
      onTestFinished(() => server.stop());
      const crowd = await VisitorFleet.open(server.url, VISITORS, onTestFinished);
      await server.kill();
      await pause(10_000);
      await server.restart();
      for (const page of crowd.leaving) page.lose();
      const report = await crowd.settle();
      expect(report).toMatchObject(NOTHING_WRONG);
      expect(report.offline).toEqual(sessionsOf(crowd.leaving));
    },
    WITHIN_MS,
  );

  it(
    "mark nobody offline for a minute in which none of them ran",
    async (test) => {
      const { expect, onTestFinished } = test;
      const server = await RedisServer.start();
      onTestFinished(() => server.stop());
      const crowd = await VisitorFleet.open(server.url, VISITORS, onTestFinished);
      const [first, ...rest] = crowd.leaving;
      // Of those who left just before, one said so.
      await first?.leave();
      for (const page of rest.slice(0, 5)) page.lose();
      await crowd.fleet.stop();
      for (const page of rest.slice(5)) page.lose();
      await pause(STOPPED_MS);
      const startedAt = Date.now();
      await crowd.fleet.restart();
      const heardAt = Date.now();
      const report = await crowd.settle();
      expect(report).toMatchObject(NOTHING_WRONG);
      expect(report.offline).toEqual(sessionsOf(crowd.leaving));
      for (const { transition, toldAt } of crowd.stream.told) {
        if (transition.to.presence !== "offline") continue;
        expect(Date.parse(transition.at)).toBeGreaterThan(startedAt);
        expect(toldAt).toBeLessThan(heardAt + WAIT_MS + LATE_MOST_MS);
      }
    },
    WITHIN_MS,
  );

  it(
    "are replaced one after the other without anybody noticing",
    async (test) => {
      const { expect, onTestFinished } = test;
      const server = await RedisServer.start();
      onTestFinished(() => server.stop());
      const crowd = await VisitorFleet.open(server.url, VISITORS, onTestFinished);
      const leaves = crowd.leaving.map(async (page) => {
        await pause(Math.random() * 5 * BEAT_MS);
        await page.leave();
      });
      await crowd.fleet.roll();
      await Promise.all(leaves);
      const report = await crowd.settle();
      expect(report).toMatchObject(NOTHING_WRONG);
      expect(report.offline).toEqual(sessionsOf(crowd.leaving));
      expect(report.latestMs).toBeLessThan(LATE_MOST_MS);
      // One that is stopping takes no connections; nobody is answered with an error.
      const refusals = [...crowd.staying, ...crowd.leaving].flatMap((page) => page.refusals);
      expect(refusals.filter(({ status }) => status !== 0)).toEqual([]);
    },
    WITHIN_MS,
  );
});

describe.concurrent("three collectors on a cluster of three primaries", () => {
  it(
    "mark nobody offline while a primary is replaced",
    async (test) => {
      const { expect, onTestFinished } = test;
      const cluster = await RedisCluster.start();
      onTestFinished(() => cluster.stop());
      const crowd = await VisitorFleet.open(cluster.url, VISITORS, onTestFinished);
      await cluster.primaryOf("stillhere:{common}:mark").kill();
      for (const page of crowd.leaving) page.lose();
      const report = await crowd.settle();
      expect(report).toMatchObject(NOTHING_WRONG);
      expect(report.offline).toEqual(sessionsOf(crowd.leaving));
    },
    WITHIN_MS,
  );

  it(
    "go on where the new primary never had the last of what was told",
    async (test) => {
      const { expect, onTestFinished } = test;
      const cluster = await RedisCluster.start();
      onTestFinished(() => cluster.stop());
      const crowd = await VisitorFleet.open(cluster.url, VISITORS, onTestFinished);
      const { fleet, staying, leaving, stream, receiver } = crowd;
      const primary = cluster.primaryOf("stillhere:{@default}:log");
      const replica = cluster.replicaOf(primary);
      replica.signal("SIGSTOP");
      primary.command("CLIENT", "KILL", "TYPE", "replica");
      const known = stream.told.length;
      for (const { session } of staying) {
        await fleet.ask("PUT", `/v1/sessions/${session}`, { assignee: "ann" });
      }
      await until("readers", async () => stream.told.length >= known + staying.length);
      await primary.kill();
      replica.signal("SIGCONT");
      for (const page of leaving) page.lose();
      const report = await crowd.settle();
      const path = "/v1/sessions?limit=500&assignee=ann";
      const { sessions } = await fleet.ask<{ sessions: unknown[] }>("GET", path);
      expect(sessions.length, "assignments that were lost").toBeLessThan(staying.length);
      // What was lost had been told, signals that were answered among it; but all that is there was told.
      const { untold, invented, streamedTwice, wronged, ...rest } = NOTHING_WRONG;
      expect(report).toMatchObject(rest);
      expect(report.offline).toEqual(sessionsOf(leaving));
      expect(report.untoldIds).toEqual([]);
      expect(stream.refusals).not.toContain("invalid_cursor");
      expect(receiver.forged).toBe(0);
    },
    WITHIN_MS,
  );
});

function sessionsOf(pages: readonly { readonly session: string }[]): readonly string[] {
  return pages.map(({ session }) => session).sort();
}
