import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/test-order.ts";

/** Stores whose tests start the real engine: a Redis server, or workerd. */
const ENGINES = ["redis", "durable-object"].map(
  (store) => `packages/collector/src/stores/${store}/**/*.test.ts`,
);

/**
 * The seed of everything that tests generate. The default is fixed, so that only a change of the code changes
 * the outcome; `SEED=random` generates other cases in each run.
 */
const { SEED: given = "1" } = process.env;
const SEED = given === "random" ? String(randomInt(2 ** 31)) : given;
if (SEED !== "1") console.log(`SEED=${SEED}`);
const env = { SEED };
/** Where a virtual clock begins: in the middle of an hour and of a day, so that the time of a run changes nothing. */
const fakeTimers = { now: Date.UTC(2026, 0, 15, 12, 34, 56) };
/** A busy machine may take many times as long as a quiet one. */
const patient = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Three on two cores, too: many tests wait for clocks, browsers and servers.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      {
        // The collector reads the wire format from source here, so that no test needs a build.
        resolve: {
          alias: { "@stillhere/sdk/wire": `${import.meta.dirname}/packages/sdk/src/wire.ts` },
        },
        oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
        test: {
          name: "unit",
          env,
          include: [
            "packages/*/src/**/*.test.{ts,tsx}",
            "examples/*/src/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: ENGINES,
          setupFiles: "scripts/vitest-setup.ts",
          fakeTimers,
          expect: patient,
          // Only for tests that hang: a busy machine may take many times as long as a quiet one.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "stores",
          env,
          include: ENGINES,
          setupFiles: "scripts/vitest-setup.ts",
          fakeTimers,
          expect: patient,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "e2e",
          env,
          include: ["e2e/**/*.test.ts"],
          // Only for tests that hang: a busy machine may take many times as long as a quiet one.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
