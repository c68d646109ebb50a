/**
 * What tests may not depend on, whatever they test: chance, how busy the machine is, and the time of day.
 */
import fc from "fast-check";
import { beforeEach, expect, vi } from "vitest";

// Each property has the seed of this run (vitest.config.ts), so that the same code gives the same result, and
// a reported failure can be reproduced.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env["SEED"]) });

/** How long tests wait for a condition. A busy machine may take many times as long as a quiet one. */
const PATIENCE_MS = 30_000;

const { waitFor, waitUntil } = vi;
const patient = <T extends object>(options: number | T = {} as T) =>
  typeof options === "number" ? options : { timeout: PATIENCE_MS, ...options };
vi.waitFor = (check, options) => waitFor(check, patient(options));
vi.waitUntil = (check, options) => waitUntil(check, patient(options));

/** Code that measures real time: it reads the clocks of the machine, or its tests start what does. */
const IN_REAL_TIME = /\/collector\/src\/(async|cli|platform|server|stores|webhooks)\//;

/**
 * The clocks stand still until the test moves them: no result depends on how long a step of it takes. Each poll of
 * `vi.waitFor` and its kind moves them by its interval.
 */
function stopClocks(): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date", "performance"] });
}

if (!IN_REAL_TIME.test(expect.getState().testPath ?? "")) {
  // Before the test file is loaded, and again where a test before has restored the clocks.
  stopClocks();
  beforeEach(stopClocks);
}
