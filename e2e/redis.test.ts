/**
 * Three collectors on one Redis, one of which is killed every few seconds: seen by visitors, by the
 * log, by a reader of the stream who goes from collector to collector, and by a receiver of webhooks.
 */
import { expect, it, onTestFinished } from "vitest";
import { NOTHING_WRONG } from "./support/invariants.ts";
import { RedisServer } from "./support/redis.ts";
import { VisitorFleet } from "./support/visitor-fleet.ts";
import { pause } from "./support/wait.ts";

const VISITORS = 200;
/** Agents who take one session after the other, so that there is much to tell. */
const AGENTS = 8;
const CRASHES = 6;
const AWAY_MS = 700;
const CRASH_EVERY_MS = 1_500;
/** Over so long those who leave do. */
const LEAVING_MS = 14_000;
/** How long after it was due an offline may be told. */
const LATE_MOST_MS = 5_000;

it("lose, double and wrong nothing while one is killed every few seconds", async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const crowd = await VisitorFleet.open(server.url, VISITORS, onTestFinished);
  const { receiver } = crowd;
  // Takes some without saying so, and refuses others.
  receiver.failureMode = () => {
    const chance = Math.random();
    if (chance < 0.05) return "take_silently";
    return chance < 0.1 ? "fail" : "take";
  };
  const leaves = crowd.leaving.map(async (page) => {
    await pause(Math.random() * LEAVING_MS);
    page.lose();
  });
  let isOver = false;
  const agents = Array.from({ length: AGENTS }, async (_, agent) => {
    const theirs = crowd.staying.filter((_page, index) => index % AGENTS === agent);
    for (let turn = 0; !isOver; turn += 1) {
      const { session } = theirs[turn % theirs.length] as (typeof theirs)[number];
      await crowd.fleet.ask("PUT", `/v1/sessions/${session}`, { assignee: `agent_${turn}` });
      await pause(10);
    }
  });
  for (let turn = 0; turn < CRASHES; turn += 1) {
    await crowd.fleet.crash(turn, AWAY_MS);
    await pause(CRASH_EVERY_MS);
  }
  isOver = true;
  await Promise.all([...leaves, ...agents]);
  receiver.failureMode = () => "take";
  const report = await crowd.settle();
  expect(report).toMatchObject(NOTHING_WRONG);
  expect(report.transitions).toBeGreaterThan(1_000);
  expect(report.latestMs).toBeLessThan(LATE_MOST_MS);
  // Where the machine is busy a few may be silent for too long by themselves; they are not judged.
  expect(report.silent.length).toBeLessThan(crowd.staying.length / 10);
  expect(crowd.stream.sources.size).toBe(3);
  expect(receiver.forged).toBe(0);
}, 120_000);
