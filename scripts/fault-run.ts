/**
 * Webhooks under faults, at length: `pnpm fault-run [kills]` (1,000 unless told otherwise). Kills the
 * collector that often between a commit and its delivery, and fails unless everything arrived, in
 * order, and nothing else. `SEED=…` brings a run's faults back, though not its timing.
 */
import { randomInt } from "node:crypto";
import { seededChance } from "../e2e/support/chance.ts";
import { runFaults } from "../e2e/support/fault-run.ts";

const kills = Number(process.argv[2] ?? 1_000);
const seed = Number(process.env["SEED"] ?? randomInt(2 ** 31));
console.log(`${kills} kills, seed ${seed}`);

const report = await runFaults({
  kills,
  chance: seededChance(seed),
  onKill(done) {
    if (done % 50 === 0) console.log(`${done} kills`);
  },
});
const { missing, disordered, invented, ...figures } = report;
console.log(figures);
const faults = { missing, disordered, invented };
const isClean = Object.values(faults).every((list) => list.length === 0) && report.forged === 0;
if (!isClean) console.error("FAILED", faults);
else console.log("Every transition arrived, each session's in order, and none was invented.");
process.exit(isClean ? 0 : 1);
