/**
 * Gives every property test the seed in `SEED`, so that a reported failure can be reproduced.
 * Without it fast-check chooses a seed per test and prints it when the test fails.
 */
const seed = process.env["SEED"];

// Imported only then: most test files have no properties.
if (seed !== undefined) {
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
}
