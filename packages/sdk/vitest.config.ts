import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // Only for tests that hang: a busy machine may take many times as long as a quiet one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/testing/**", "src/index.ts"],
      thresholds: { 100: true },
    },
  },
});
