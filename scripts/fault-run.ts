/**
 * `pnpm fault-run [kills] [redis]` (default 1,000, on SQLite files): long test of webhooks under faults. Kills collectors between
 * a commit and its delivery, in several concurrent lanes, and fails unless exactly the committed
 * transitions arrived, in order. `SEED=…` repeats a run's faults, but not its timing.
 */
import { randomInt } from "node:crypto";
import { runFaults } from "../e2e/support/fault-run.ts";
import { RedisServer } from "../e2e/support/redis.ts";
import { seededRandom } from "../e2e/support/seeded-random.ts";

const LANES = 4;
const REPORT_EVERY = 50;

const isOnRedis = process.argv[3] === "redis";
const wanted = Number(process.argv[2] ?? 1_000);
const seed = Number(process.env["SEED"] ?? randomInt(2 ** 31));
console.log(`${wanted} kills, seed ${seed}`);

let done = 0;
const servers = await Promise.all(
  Array.from({ length: isOnRedis ? LANES : 0 }, () => RedisServer.start()),
);
const reports = await Promise.all(
  Array.from({ length: LANES }, (_, lane) =>
    runFaults({
      store: servers[lane]?.url,
      kills: Math.ceil(wanted / LANES),
      random: seededRandom(seed + lane),
      onKill(wasBetween) {
        if (wasBetween) done += 1;
        if (wasBetween && done % REPORT_EVERY === 0) console.log(`${done} kills`);
      },
    }),
  ),
);
for (const server of servers) await server.stop();

const sum = (
  figure: "kills" | "killsBeforeDelivery" | "committed" | "accepted" | "invalidSignatures",
) => reports.reduce((total, report) => total + report[figure], 0);
console.log(`kills                                ${sum("kills")}`);
console.log(`  between a commit and its delivery  ${sum("killsBeforeDelivery")}`);
console.log(`transitions committed                ${sum("committed")}`);
console.log(`messages accepted                    ${sum("accepted")}`);
const faults = {
  missing: reports.flatMap(({ missing }) => missing),
  outOfOrder: reports.flatMap(({ outOfOrder }) => outOfOrder),
  mismatched: reports.flatMap(({ mismatched }) => mismatched),
};
const isClean =
  Object.values(faults).every((list) => list.length === 0) && sum("invalidSignatures") === 0;
if (isClean) console.log("Every transition arrived unchanged, in order within its session.");
else console.error("FAILED", faults, `${sum("invalidSignatures")} invalid signatures`);
process.exit(isClean ? 0 : 1);
