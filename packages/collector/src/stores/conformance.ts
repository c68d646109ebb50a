/**
 * What every store must pass, as cases that need no test framework: run each with a way to open an
 * empty store. Authors of other drivers find them in `@stillhere/collector/conformance`.
 * @module
 */
import { accountCases } from "./conformance/accounts.ts";
import { broadcastCases } from "./conformance/broadcasts.ts";
import type { ConformanceCase } from "./conformance/case.ts";
import { listCases } from "./conformance/lists.ts";
import { logCases } from "./conformance/log.ts";
import { renewalCases } from "./conformance/renewals.ts";
import { sessionCases } from "./conformance/sessions.ts";
import { wakeCases } from "./conformance/wakes.ts";

export {
  ACCOUNT,
  type ConformanceCase,
  keyOf,
  NOW,
  transitionOf,
  writeOf,
} from "./conformance/case.ts";

export const conformanceCases: readonly ConformanceCase[] = [
  ...sessionCases,
  ...renewalCases,
  ...wakeCases,
  ...listCases,
  ...logCases,
  ...broadcastCases,
  ...accountCases,
];
