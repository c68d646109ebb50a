/**
 * Cuts the way from visitors to a collector, on a virtual clock, and prints how many who were there were called
 * gone, and whether all of them are online after it. Usage: node scripts/way-outages.ts [visitors …]
 */
import { MemoryStore } from "../packages/collector/src/stores/memory/memory-store.ts";
import { plansOf, randomOf } from "../packages/collector/src/suite/testing/silence-plans.ts";
import { SilenceSimulation } from "../packages/collector/src/suite/testing/silence-simulation.ts";

const ACCOUNT = "shop";
const CUT_FROM_MS = 130_000;
const PERCENTS = [10, 50, 90, 100];
const SECONDS = [35, 60, 120, 500];

const given = process.argv.slice(2).map(Number);
const counts = given.length > 0 ? given : [1, 7, 12, 100, 1_000];

console.log("| visitors | cut off | for | called gone | online after the return |");
console.log("| --- | --- | --- | --- | --- |");
for (const count of counts) {
  for (const percent of PERCENTS) {
    for (const seconds of SECONDS) console.log(await play(count, percent, seconds));
  }
}

async function play(count: number, percent: number, seconds: number): Promise<string> {
  const random = randomOf(count * percent + seconds);
  const plans = plansOf(random, {
    count,
    kinds: ["waiting", "waiting", "assigned", "idle", "hidden"],
    arriveWithinMs: 60_000,
    leaving: 0,
    leaveFrom: 0,
    leaveTo: 0,
  });
  const cutOff = new Set(plans.filter(() => random() * 100 < percent).map(({ id }) => id));
  const cut = { from: CUT_FROM_MS, to: CUT_FROM_MS + seconds * 1_000 };
  const isCut = (visitor: string) => cutOff.has(visitor);
  const simulation = new SilenceSimulation(new MemoryStore());
  await simulation.addAccount(ACCOUNT, plans, [{ ...cut, isCut }]);
  await simulation.run(cut.to + 70_000);
  const { verdicts, online } = await simulation.outcomeOf(ACCOUNT);
  const calledGone = new Set(verdicts.map(({ visitor }) => visitor));
  return `| ${count} | ${cutOff.size} | ${seconds} s | ${calledGone.size} | ${online.size} |`;
}
