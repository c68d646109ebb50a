/**
 * What every store must pass, as cases that need no test framework: run each with a way to open an
 * empty store. Authors of other drivers find them in `@stillhere/collector/conformance`.
 * @module
 */
import { accountCases } from "./accounts.ts";
import { broadcastCases } from "./broadcasts.ts";
import type { ConformanceCase } from "./case.ts";
import { wakeCases } from "./deadlines.ts";
import { renewalCases } from "./lease-writes.ts";
import { listCases } from "./lists.ts";
import { logCases } from "./log.ts";
import { sessionCases } from "./sessions.ts";

export {
  ACCOUNT,
  type ConformanceCase,
  keyOf,
  NOW,
  transitionOf,
  writeOf,
} from "./case.ts";

export const conformanceCases: readonly ConformanceCase[] = [
  ...sessionCases,
  ...renewalCases,
  ...wakeCases,
  ...listCases,
  ...logCases,
  ...broadcastCases,
  ...accountCases,
];
