/**
 * Webhooks under faults, at length: `pnpm fault-run [kills]` (1,000 unless told otherwise). Kills
 * collectors that often between a commit and its delivery, several at a time, and fails unless
 * everything arrived, in order, and nothing else. `SEED=…` brings a run's faults back, though not its
 * timing.
 */
import { randomInt } from "node:crypto";
import { seededChance } from "../e2e/support/chance.ts";
import { runFaults } from "../e2e/support/fault-run.ts";

const LANES = 4;
const REPORT_EVERY = 50;

const wanted = Number(process.argv[2] ?? 1_000);
const seed = Number(process.env["SEED"] ?? randomInt(2 ** 31));
console.log(`${wanted} kills, seed ${seed}`);

let done = 0;
const reports = await Promise.all(
  Array.from({ length: LANES }, (_, lane) =>
    runFaults({
      kills: Math.ceil(wanted / LANES),
      chance: seededChance(seed + lane),
      onKill(wasBetween) {
        if (wasBetween) done += 1;
        if (wasBetween && done % REPORT_EVERY === 0) console.log(`${done} kills`);
      },
    }),
  ),
);

const sum = (figure: "kills" | "killsBetween" | "committed" | "arrivals" | "forged") =>
  reports.reduce((total, report) => total + report[figure], 0);
console.log(`kills                                ${sum("kills")}`);
console.log(`  between a commit and its delivery  ${sum("killsBetween")}`);
console.log(`transitions committed                ${sum("committed")}`);
console.log(`messages taken                       ${sum("arrivals")}`);
const faults = {
  missing: reports.flatMap(({ missing }) => missing),
  disordered: reports.flatMap(({ disordered }) => disordered),
  invented: reports.flatMap(({ invented }) => invented),
};
const isClean = Object.values(faults).every((list) => list.length === 0) && sum("forged") === 0;
if (isClean) console.log("Every transition arrived, each session's in order, none was invented.");
else console.error("FAILED", faults, `${sum("forged")} forged`);
process.exit(isClean ? 0 : 1);
