/**
 * `pnpm soak [histories]` (default five million): runs the property tests on generated histories, in
 * rounds with a new seed each. A failure prints the seed that reproduces it:
 * `SEED=… RUNS=… vitest run --project unit properties core/lease`.
 */
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

const wanted = Number(process.argv[2] ?? 5_000_000);
const RUNS = 100_000;
/** Number of properties that generate histories; each generates `RUNS` of them per round. */
const PROPERTIES = 9;

let done = 0;
while (done < wanted) {
  const seed = randomInt(2 ** 31);
  const { status, stdout, stderr } = spawnSync(
    "vitest",
    ["run", "--project", "unit", "--testTimeout", "0", "properties", "core/lease"],
    { encoding: "utf8", env: { ...process.env, SEED: String(seed), RUNS: String(RUNS) } },
  );
  if (status !== 0) {
    console.error(`${stdout}\n${stderr}\nFAILED with SEED=${seed} RUNS=${RUNS}`);
    process.exit(1);
  }
  done += RUNS * PROPERTIES;
  console.log(`${done.toLocaleString("en")} histories passed (seed ${seed})`);
}
