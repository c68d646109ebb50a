import { defineConfig } from "vitest/config";

/** Stores whose tests start the real engine: a Redis server, or workerd. */
const ENGINES = ["redis", "durable-object"].map(
  (store) => `packages/collector/src/stores/${store}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    projects: [
      {
        // The collector reads the wire format from source here, so that no test needs a build.
        resolve: {
          alias: { "@stillhere/sdk/wire": `${import.meta.dirname}/packages/sdk/src/wire.ts` },
        },
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "examples/*/src/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: ENGINES,
          setupFiles: "scripts/vitest-seed.ts",
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "stores",
          include: ENGINES,
          setupFiles: "scripts/vitest-seed.ts",
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
