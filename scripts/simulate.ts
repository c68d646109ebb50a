/**
 * `pnpm simulate`: collectors, their store, visitors, desks and receivers in one process, whose time, chance
 * and faults a seed decides; checks the invariants of docs/invariants.md meanwhile. Options:
 *
 * - `--seed N`: this seed alone, or the first of several. Missing: a fresh one.
 * - `--seeds N`: how many seeds (default 100). `--minutes M`: as many as fit into M minutes.
 * - `--steps N`: steps of each seed until its faults end (default 30,000).
 * - `--without step|skew|silent-way`: takes one fix out; exits with 0 only where that is found.
 * - `--all`: goes on after a violation, and names them all.
 * - `--lines`: prints every event.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { FIXES, type Fix } from "../packages/collector/src/simulation/plan.ts";
import { type Report, simulate } from "../packages/collector/src/simulation/simulation.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string" },
    steps: { type: "string", default: "30000" },
    minutes: { type: "string" },
    without: { type: "string" },
    all: { type: "boolean", default: false },
    lines: { type: "boolean", default: false },
  },
});
const without = (values.without ?? null) as Fix | null;
if (without !== null && !FIXES.includes(without)) {
  console.error(`--without must be one of ${FIXES.join(", ")}.`);
  process.exit(2);
}
const first = Number(values.seed ?? randomInt(2 ** 31));
const isSingle = values.seed !== undefined && !values.seeds && !values.minutes;
const seeds = values.minutes
  ? Number.POSITIVE_INFINITY
  : Number(values.seeds ?? (isSingle ? 1 : 100));
const until = Date.now() + Number(values.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
const steps = Number(values.steps);
const onLine = values.lines ? (line: string) => console.log(line) : undefined;

const totals = {
  faults: new Map<string, number>(),
  verdicts: new Map<string, number>(),
  checks: new Map<string, number>(),
};
let [done, allSteps, simulatedMs, violations] = [0, 0, 0, 0];
const startedAt = Date.now();
let report: Report | null = null;
while (done < seeds && Date.now() < until) {
  report = await simulate({ seed: first + done, steps, without, onLine });
  done += 1;
  allSteps += report.steps;
  simulatedMs += report.simulatedMs;
  for (const name of ["faults", "verdicts", "checks"] as const) {
    for (const [kind, count] of report[name]) {
      totals[name].set(kind, (totals[name].get(kind) ?? 0) + count);
    }
  }
  if (!report.violation) continue;
  violations += 1;
  print(report);
  if (!values.all) break;
}

const took = (Date.now() - startedAt) / 1_000;
const simulated = Math.round(simulatedMs / 1_000);
console.log(
  `${done} seeds from ${first}: ${violations} with a violation; ${allSteps} steps, ${simulated} simulated seconds in ${took} s`,
);
for (const [name, counts] of Object.entries(totals)) {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(`${name}: ${sorted.map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
}
if (isSingle) console.log(`digest ${report?.digest}`);
process.exit(violations > 0 === (without === null) ? 1 : 0);

function print({ seed, violation, plan, lastEvents }: Report): void {
  if (!violation) return;
  const { invariant, message, step, atMs } = violation;
  if (!values.all) console.log(lastEvents.slice(-60).join("\n"));
  console.log(`\nVIOLATION of ${invariant} at step ${step}, ${atMs} ms: ${message}`);
  console.log(plan);
  const options = without ? ` --without ${without}` : "";
  console.log(`Repeat it with: pnpm simulate --seed ${seed} --steps ${steps}${options}`);
}
