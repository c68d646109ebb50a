/**
 * Runs all static checks: types, lint and format, words, dependency rules, sizes, exports. Fails if any of
 * them fails.
 */
import { spawnSync } from "node:child_process";

const CHECKS: readonly (readonly [string, ...string[]])[] = [
  ["tsc", "--noEmit", "--project", "tsconfig.json"],
  ["tsc", "--noEmit", "--project", "packages/sdk"],
  ["tsc", "--noEmit", "--project", "packages/collector/src/console"],
  // Its tests use what its code has not: Node.
  ["tsc", "--project", "packages/collector/src/console/tsconfig.check.json"],
  ["biome", "check", "--error-on-warnings", "."],
  ["node", "scripts/check-words.ts"],
  ["depcruise", "--config", ".dependency-cruiser.cjs", "packages", "examples"],
  ["node", "scripts/lint-openapi.ts"],
  ["pnpm", "--filter", "@stillhere/sdk", "size"],
  ["publint", "packages/sdk", "--pack", "npm"],
  ["publint", "packages/collector", "--pack", "npm"],
];

const failed = CHECKS.filter(([command, ...args]) => {
  console.log(`\n$ ${[command, ...args].join(" ")}`);
  return spawnSync(command, args, { stdio: "inherit" }).status !== 0;
});

if (failed.length > 0) {
  console.error(`\n${failed.length} of ${CHECKS.length} checks failed:`);
  for (const check of failed) console.error(`  ${check.join(" ")}`);
  process.exit(1);
}
console.log(`\nAll ${CHECKS.length} checks passed.`);
