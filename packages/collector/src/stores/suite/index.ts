/**
 * The conformance cases for stores. They need no test framework: each runs with a function that
 * opens an empty store. Authors of other drivers import them from
 * `@stillhere/collector/conformance`.
 * @module
 */
import { accountCases } from "./accounts.ts";
import { adminCases } from "./admin.ts";
import { broadcastCases } from "./broadcasts.ts";
import type { ConformanceCase } from "./case.ts";
import { clockCases } from "./clock.ts";
import { deadlineCases } from "./deadlines.ts";
import { renewalCases } from "./lease-writes.ts";
import { listCases } from "./lists.ts";
import { logCases } from "./log.ts";
import { sessionCases } from "./sessions.ts";
import { signalCases } from "./signals.ts";

export {
  ACCOUNT,
  type ConformanceCase,
  keyOf,
  NOW,
  type Skipped,
  transitionOf,
  writeOf,
} from "./case.ts";

export const conformanceCases: readonly ConformanceCase[] = [
  ...sessionCases,
  ...renewalCases,
  ...deadlineCases,
  ...listCases,
  ...logCases,
  ...broadcastCases,
  ...clockCases,
  ...signalCases,
  ...accountCases,
  ...adminCases,
];
