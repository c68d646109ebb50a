/**
 * Gives every property test the seed of this run (vitest.config.ts), so that the same code gives the same
 * result, and a reported failure can be reproduced.
 */
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env["SEED"]) });
