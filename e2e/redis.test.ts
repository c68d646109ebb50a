/**
 * Three collectors on one Redis, one of which is killed every few seconds. The invariants are
 * checked for visitors, the log, a stream reader that switches between collectors, and a webhook
 * receiver.
 */
import { expect, it, onTestFinished } from "vitest";
import { NO_VIOLATIONS } from "./support/invariants.ts";
import { RedisServer } from "./support/redis.ts";
import { VisitorFleet } from "./support/visitor-fleet.ts";
import { pause } from "./support/wait.ts";

const VISITORS = 200;
/** Agents who are assigned one session after the other, to cause many transitions. */
const AGENTS = 8;
const CRASHES = 6;
const MIN_ASSIGNMENTS = 1_000;
const DOWN_MS = 700;
const CRASH_EVERY_MS = 1_500;
/** The period over which the leaving visitors vanish. */
const LEAVING_MS = 14_000;

it("three collectors keep all invariants while one is killed every few seconds", async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const visitors = await VisitorFleet.start(server.url, VISITORS, onTestFinished);
  const { receiver } = visitors;
  // Accepts some messages without a response, and fails others.
  receiver.failureMode = () => {
    const chance = Math.random();
    if (chance < 0.05) return "accept_then_disconnect";
    return chance < 0.1 ? "fail" : "accept";
  };
  const leaves = visitors.leaving.map(async (page) => {
    await pause(Math.random() * LEAVING_MS);
    page.vanish();
  });
  let isOver = false;
  let assignments = 0;
  const agents = Array.from({ length: AGENTS }, async (_, agent) => {
    const theirs = visitors.staying.filter((_page, index) => index % AGENTS === agent);
    for (let count = 0; !isOver || assignments < MIN_ASSIGNMENTS; count += 1) {
      const { session } = theirs[count % theirs.length] as (typeof theirs)[number];
      await visitors.collectors.request("PUT", `/v1/sessions/${session}`, {
        assignee: `agent_${count}`,
      });
      assignments += 1;
      await pause(10);
    }
  });
  for (let index = 0; index < CRASHES; index += 1) {
    await visitors.collectors.crash(index, DOWN_MS);
    await pause(CRASH_EVERY_MS);
  }
  isOver = true;
  await Promise.all([...leaves, ...agents]);
  receiver.failureMode = () => "accept";
  const report = await visitors.settle();
  expect(report).toMatchObject(NO_VIOLATIONS);
  expect(report.transitions).toBeGreaterThan(MIN_ASSIGNMENTS);
  // On a busy machine a few pages may send too late; the invariants exclude them.
  expect(report.silent.length).toBeLessThan(visitors.staying.length / 2);
  expect(visitors.stream.sources.size).toBe(3);
  expect(receiver.invalidSignatures).toBe(0);
}, 240_000);
