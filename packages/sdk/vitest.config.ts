import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/testing/**", "src/index.ts"],
      thresholds: { 100: true },
    },
  },
});
